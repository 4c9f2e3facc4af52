"""What one order is of: a whole issue, its voices of one store, or one voice.

Names of parts: empty for the whole issue, `store=NAME`, `voice=FEEDBACK_ID`, `rest` for what is
left beside parts; where several departments get the same, `|department=NAME` follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from voc.config import Industry
from voc.records import PRIORITIES, Issue, Mention, OrderPart, WorkOrder
from voc.workorders.circumstances import Circumstances
from voc.workorders.history import CHOSEN
from voc.workorders.relations import part_of
from voc.workorders.routing import Router, Routing
from voc.workorders.states import ENDED

VOICE = "voice="
_STORE = "store="
_REST = "rest"
_DEPARTMENT = "|department="


@dataclass(frozen=True, slots=True)
class Task:
    """What one order is of, and who gets it.

    Attributes:
        part: The part's name.
        issue: The issue, with only the voices of this part.
        told: What these voices tell.
        routing: Who gets it.
    """

    part: str
    issue: Issue
    told: Circumstances
    routing: Routing

    @property
    def is_whole(self) -> bool:
        """Whether it is of all voices of its issue."""
        return not voices_of(self.part)

    def is_of(self, order: WorkOrder, parts: Mapping[str, OrderPart]) -> bool:
        """Says whether an order of the same issue is of this task.

        What is left beside parts is what is left of the whole.
        """
        name = part_of(order, parts)
        mine, its = (voices_of(one).removeprefix(_REST) for one in (self.part, name))
        return mine == its and self._is_for(order, name)

    def overlaps(self, order: WorkOrder, parts: Mapping[str, OrderPart]) -> bool:
        """Says whether an order of the same issue may be of voices that are this task's too."""
        name = part_of(order, parts)
        return (self.is_whole or not voices_of(name)) and self._is_for(order, name)

    def is_beside(self, order: WorkOrder, parts: Mapping[str, OrderPart]) -> bool:
        """Says whether an order is of another part of the same issue, for the same department."""
        name = part_of(order, parts)
        return bool(voices_of(name)) and name != self.part and self._is_for(order, name)

    def _is_for(self, order: WorkOrder, name: str) -> bool:
        """Says whether an order is for the department of this task, where several get the same."""
        departments = [one.partition(_DEPARTMENT)[2] for one in (self.part, name)]
        if departments[0] == departments[1]:
            return True
        # From before the rules let several departments in, or when they no longer do.
        return order.department == (departments[0] or self.routing.department)


def is_parted(parts: Iterable[OrderPart]) -> bool:
    """Says whether orders of an issue are of parts of it, by the parts of all its orders."""
    return any(voices_of(item.part) for item in parts)


def voices_of(part: str) -> str:
    """Returns a part's name without the department: which voices it is of."""
    return part.partition(_DEPARTMENT)[0]


def store_of(part: str) -> str | None:
    """Returns the store that a part is of, if it is of one."""
    name = voices_of(part)
    return name.removeprefix(_STORE) if name.startswith(_STORE) else None


def does_again(later: str, earlier: str) -> bool:
    """Says whether an order of one part is of voices like those an earlier order was of.

    What an order of the whole issue was of holds all parts, but no part is the whole. Orders for
    different departments that got the same are never of the same.
    """
    departments = [one.partition(_DEPARTMENT)[2] for one in (later, earlier)]
    if all(departments) and departments[0] != departments[1]:
        return False
    mine, its = (voices_of(one) for one in (later, earlier))
    return not its or mine.removeprefix(_REST) == its.removeprefix(_REST)


def tasks_of(
    issue: Issue, told: Circumstances, *, router: Router, industry: Industry | None
) -> list[Task]:
    """Returns what orders an issue makes, in the order of the rules.

    A rule that wants an order a store or a voice gets those of its parts for which it still holds
    by what their voices alone tell. The rest is routed as an issue of its own, where no other rule
    has taken the whole.
    """
    decided = router.every(issue, industry=industry, circumstances=told)
    found: list[Task] = []
    for routing in decided:
        if routing.per == "issue":
            found.append(Task("", issue, told, routing))
            continue
        own, left = _split(issue, told, routing, router, industry)
        found += own
        if left is not None and len(decided) == 1:
            found.append(left)
    if not router.lets_several_in:
        return found
    named = [replace(one, part=f"{one.part}{_DEPARTMENT}{one.routing.department}") for one in found]
    return list({task.part: task for task in reversed(named)}.values())[::-1]


def fitted(
    tasks: Sequence[Task],
    existing: Sequence[WorkOrder],
    parts: Mapping[str, OrderPart],
    issue: Issue,
    told: Circumstances,
) -> list[Task]:
    """Fits tasks to the orders that run already, so that no team gets one voice twice.

    Those may be older than the rules. What has no order of its own joins one that its department
    works on already, of the whole issue or of another part that its voices are in, but for what is
    more urgent; the whole leaves out the parts that have running orders. What an order of the rest
    holds is not known, so nothing joins it.

    Args:
        tasks: What the rules make of an issue now.
        existing: Its orders.
        parts: Of which part of the issue each is.
        issue: The issue.
        told: What its voices tell.
    """
    running = [order for order in existing if order.status not in ENDED]
    wholes = [order for order in running if not voices_of(part_of(order, parts))]
    found: list[Task] = []
    joining: dict[str, list[Task]] = {}
    for task in tasks:
        own = [order for order in existing if task.is_of(order, parts)]
        host = next((order for order in wholes if _joins(task, order, own)), None)
        if host is not None:
            joining.setdefault(part_of(host, parts), []).append(task)
        elif task.is_whole:
            found += _cut(task, running, parts, told)
        elif own or voices_of(task.part) == _REST:
            found.append(task)
        else:
            hosts = [order for order in running if _may_join(task, order)]
            for part in _cut(task, hosts, parts, told):
                if part.part == task.part:
                    found.append(part)
                else:
                    joining.setdefault(part.part, []).append(part)
    return [*(_united(name, own, issue, told) for name, own in joining.items()), *found]


def _joins(task: Task, host: WorkOrder, own: Sequence[WorkOrder]) -> bool:
    """Says whether a task is done by a running order of the whole issue."""
    if own:
        return host in own
    return _may_join(task, host)


def _may_join(task: Task, host: WorkOrder) -> bool:
    """Says whether an order is with the department of a task, and as urgent at least."""
    is_theirs = host.department == task.routing.department
    return is_theirs and PRIORITIES.index(task.routing.priority) <= PRIORITIES.index(host.priority)


def _united(name: str, tasks: Sequence[Task], issue: Issue, told: Circumstances) -> Task:
    if len(tasks) == 1:
        return replace(tasks[0], part=name)
    voices = {item.feedback_id for task in tasks for item in task.issue.evidence}
    if voices == {item.feedback_id for item in issue.evidence}:
        return Task(name, issue, told, tasks[-1].routing)
    some = told.of(lambda mention: mention.feedback_id in voices)
    return Task(name, _narrowed(issue, some, voices), some, tasks[-1].routing)


def _cut(
    task: Task, running: Sequence[WorkOrder], parts: Mapping[str, OrderPart], told: Circumstances
) -> list[Task]:
    """Cuts a task by the parts that orders run for; what is left of the whole is the rest."""
    names = [part_of(order, parts) for order in running if task.is_beside(order, parts)]
    found, rest = [], {item.feedback_id for item in task.issue.evidence}
    for name in names:
        voices = rest & {
            mention.feedback_id for mention, _ in told.voices if _is_in(mention, voices_of(name))
        }
        if voices:
            found.append(_part(task, name, voices))
            rest -= voices
    if not (found or (names and task.is_whole)):
        return [task]
    _, mark, department = task.part.partition(_DEPARTMENT)
    left = f"{_REST}{mark}{department}" if task.is_whole else task.part
    return [*found, *([_part(task, left, rest)] if rest else [])]


def _part(task: Task, name: str, voices: Collection[str]) -> Task:
    told = task.told.of(lambda mention: mention.feedback_id in voices)
    some = _narrowed(task.issue, told, voices) if told.voices else _kept(task.issue, voices)
    return Task(name, some, told, task.routing)


def _is_in(mention: Mention, name: str) -> bool:
    if name.startswith(VOICE):
        return mention.feedback_id == name.removeprefix(VOICE)
    return mention.store is not None and mention.store == store_of(name)


def is_whole(order: WorkOrder, parts: Mapping[str, OrderPart]) -> bool:
    """Says whether a person opened an order for a whole issue, whatever parts the rules want."""
    known = parts.get(order.work_order_id)
    return known is not None and known.rule == CHOSEN and not voices_of(known.part)


def beside_whole(
    order: WorkOrder,
    tasks: Sequence[Task],
    issue: Issue,
    told: Circumstances,
    *,
    router: Router,
    industry: Industry | None,
) -> list[Task]:
    """Returns the task of an order of a whole issue, and those of departments that are let in."""
    decided = router.every(issue, industry=industry, circumstances=told)
    mine = next((one for one in decided if one.department == order.department), decided[0])
    routing = replace(mine, department=order.department, per="issue")
    others = [one for one in tasks if one.routing.department != order.department]
    return [Task("", issue, told, routing), *(others if router.lets_several_in else ())]


def _split(
    issue: Issue, told: Circumstances, routing: Routing, router: Router, industry: Industry | None
) -> tuple[list[Task], Task | None]:
    found: list[Task] = []
    taken: set[str] = set()
    for name, voices in _groups(told, routing).items():
        part = told.of(lambda mention, own=voices: mention.feedback_id in own)  # type: ignore[misc]
        some = _narrowed(issue, part, voices)
        decided = router.every(some, industry=industry, circumstances=part)
        still = next((one for one in decided if one.rule == routing.rule), None)
        if still is not None:
            found.append(Task(name, some, part, still))
            taken |= voices
    rest = {item.feedback_id for item in issue.evidence} - taken
    if not found:
        return [], Task(_REST, issue, told, replace(routing, per="issue"))
    if not rest:
        return found, None
    left = told.of(lambda mention: mention.feedback_id in rest)
    some = _narrowed(issue, left, rest) if left.voices else _kept(issue, rest)
    return found, Task(
        _REST, some, left, router.every(some, industry=industry, circumstances=left)[0]
    )


def _groups(told: Circumstances, routing: Routing) -> dict[str, set[str]]:
    """Returns the feedback ids of each part, by its name; voices without a store are in none."""
    found: dict[str, set[str]] = {}
    for mention, _ in told.voices:
        name = _name(mention, routing)
        if name is not None:
            found.setdefault(name, set()).add(mention.feedback_id)
    return found


def _name(mention: Mention, routing: Routing) -> str | None:
    if routing.per == "voice":
        return f"{VOICE}{mention.feedback_id}"
    return f"{_STORE}{mention.store}" if mention.store else None


def _narrowed(issue: Issue, told: Circumstances, voices: Collection[str]) -> Issue:
    """Returns an issue as if only some of its voices had spoken."""
    times = [mention.occurred_at for mention, _ in told.voices]
    stores = {mention.store for mention, _ in told.voices}
    store = next(iter(stores)) if len(stores) == 1 else None
    is_named = store is not None and issue.store is None
    return replace(
        _kept(issue, voices),
        title=f"{issue.title}（{store}）" if is_named else issue.title,
        store=issue.store or store,
        first_seen=min(times),
        last_seen=max(times),
    )


def _kept(issue: Issue, voices: Collection[str]) -> Issue:
    evidence = tuple(item for item in issue.evidence if item.feedback_id in voices)
    count = len({item.feedback_id for item in evidence})
    return replace(issue, evidence=evidence, count=count, emerging_term=None)
