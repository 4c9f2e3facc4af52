"""How often the roles of a dialogue's speakers are found: `python -m tests.benchmarks.roles`.

The speakers' names are taken away before; what stands in the data is compared with what is found.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from voc.insights import wilson
from voc.text.roles import find_roles, role_of_turns

SETS = ("helpdesk_dialogues/dev", "helpdesk_dialogues/train", "service_chats/unlabelled")


def dialogues(file: Path) -> Iterator[list[tuple[str, str]]]:
    """Gives the dialogues of a data set as (`customer` or `agent`, words)."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            turns = json.loads(line)["turns"]
            yield [
                ("customer" if turn["speaker"] == "customer" else "agent", turn["text"])
                for turn in turns
                if turn["text"].strip()
            ]


def measure(file: Path, *, drop_opening: bool = False) -> dict[str, tuple[int, int]]:
    """Returns (right, all) of dialogues, of those decided, and of turns without a speaker.

    Args:
        file: The data set.
        drop_opening: Leave out the first turn, so that order alone tells nothing.
    """
    whole = decided = right = turns_right = turns_all = 0
    for turns in dialogues(file):
        turns = turns[1:] if drop_opening else turns
        if len({speaker for speaker, _ in turns}) < 2:
            continue
        named = [("7" if speaker == "agent" else "9", text) for speaker, text in turns]
        found = find_roles(named).roles
        whole += 1
        decided += bool(found)
        right += found == {"7": "agent", "9": "customer"}
        alone = role_of_turns([text for _, text in turns])
        turns_right += sum(one == told for one, (told, _) in zip(alone, turns, strict=True))
        turns_all += len(turns)
    return {
        "dialogues": (right, whole),
        "dialogues_decided": (right, decided),
        "turns_without_speaker": (turns_right, turns_all),
    }


def main() -> None:
    """Prints the figures of every set, a JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    folder = parser.parse_args().data
    for name in SETS:
        for drop_opening in (False, True):
            found = measure(folder / f"{name}.jsonl.gz", drop_opening=drop_opening)
            figures = {
                kind: {
                    "share": round(right / max(total, 1), 4),
                    "interval": [round(bound, 4) for bound in wilson(right, total)],
                    "n": total,
                }
                for kind, (right, total) in found.items()
            }
            print(json.dumps({"set": name, "without_opening": drop_opening, **figures}))


if __name__ == "__main__":
    main()
