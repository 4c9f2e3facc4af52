"""Who of a dialogue's speakers is the company's, told by what they say.

A transparent scorer: cues in the words, each with a weight that was set by hand, and who speaks
first. `python -m tests.benchmarks.roles` measures how often it is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["customer", "agent"]

_CHARS_READ: Final = 400
_TURNS_READ: Final = 400
_OPENING_WEIGHT: Final = 0.5
_LEAST_MARGIN: Final = 1.0
_CUES: Final[tuple[tuple[float, str], ...]] = (
    (3.0, r"工号|很高兴为您|为您服务|竭诚|客服中心|有什么(?:问题)?(?:我)?(?:可以|能)(?:帮|为)您"),
    (3.0, r"请问(?:还)?有(?:什么|其他|别的|需要)|还有其他|帮到您|祝您|感谢您(?:的|对|来电|致电)"),
    (2.0, r"请您|建议您|为您|帮您|给您|与您|对您|您反[映馈]|您稍|稍等|稍后|抱歉|不便|小妹|亲爱的"),
    (2.0, r"这边(?:帮|给|为)|核实一下|登记|我司|您好[,，].{0,6}(?:请|感谢|很|非常)|满意度|敬请"),
    (1.5, r"请问|您的|您|谅解|理解您|以便|私信|尽快|反馈给|专员|查询到|温馨提示"),
    (
        -3.0,
        r"我要(?:投诉|退|举报|取消|曝光)|给我(?:退|赔|个说法)|你们(?:公司|客服|这|的|怎么|到底)",
    ),
    (-2.0, r"你们|凭什么|骗|垃圾|气死|坑|怎么回事|咋|为什么|为啥|什么时候|到底|还没|没人|@"),
    (-1.5, r"我(?:想|要|的|在|买|们?家|都|已经|现在|昨天|打)|帮我|怎么|没有了|没了|好吧|人工"),
    (-1.0, r"谢谢(?:你|啊|了)|好的谢谢|哦|嗯|知道了"),
)
_PATTERNS: Final = tuple((weight, re.compile(pattern)) for weight, pattern in _CUES)
_OFFER: Final = re.compile(
    r"(?:您好|你好).{0,40}(?:帮您|为您|服务|客服|工号)|工号|欢迎致电|很高兴为您"
)


@dataclass(frozen=True, slots=True)
class Roles:
    """What each speaker is, and how clearly.

    Attributes:
        roles: Speaker: `customer` or `agent`; empty where it cannot be told.
        margin: By how much the agent's words look more like an agent's, weights a turn.
    """

    roles: dict[str, Role]
    margin: float


def agent_score(text: str) -> float:
    """Returns how much one turn sounds like the company's side: above 0 agent, below 0 customer."""
    head = text[:_CHARS_READ]
    return sum(weight for weight, pattern in _PATTERNS if pattern.search(head))


def find_roles(turns: Sequence[tuple[str, str]]) -> Roles:
    """Tells of the speakers of a dialogue who is the customer and who is the agent.

    The speaker whose turns score highest, a turn on average, is the agent; all others whose score
    is clearly lower are customers, and those near the agent's are colleagues.

    Args:
        turns: (speaker, words) in order; of the turns the first 400 and each speaker's first
            are read, 400 characters of each.
    """
    scores: dict[str, list[float]] = {}
    for number, (speaker, text) in enumerate(turns):
        found = scores.setdefault(speaker, [])
        if number < _TURNS_READ or not found:
            found.append(agent_score(text))
    if len(scores) < 2:
        return Roles({}, 0.0)
    means = {speaker: sum(found) / len(found) for speaker, found in scores.items()}
    first = turns[0][0]
    means[first] += (
        _OPENING_WEIGHT if _OFFER.search(turns[0][1][:_CHARS_READ]) else -_OPENING_WEIGHT
    )
    highest, lowest = max(means.values()), min(means.values())
    margin = highest - lowest
    if margin < _LEAST_MARGIN:
        return Roles({}, margin)
    middle = (highest + lowest) / 2
    return Roles(
        {name: "agent" if mean > middle else "customer" for name, mean in means.items()}, margin
    )


def role_of_turns(texts: Sequence[str]) -> list[Role]:
    """Tells the role turn by turn, where no recogniser said who speaks.

    A turn without a cue is taken for the customer's behind a question or an offer of the agent's,
    and else for the side that the turn before it was on.
    """
    roles: list[Role] = []
    before: Role = "agent" if texts and _OFFER.search(texts[0][:_CHARS_READ]) else "customer"
    asked = False
    for text in texts:
        score = agent_score(text)
        role: Role = before if not asked else ("customer" if before == "agent" else "agent")
        if score:
            role = "agent" if score > 0 else "customer"
        roles.append(role)
        before, asked = role, text.rstrip().endswith(("?", "？", "吗", "呢"))
    return roles
