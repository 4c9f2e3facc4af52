"""How many real voices the gate would set aside: `python -m tests.benchmarks.gate --data DIR`.

All texts of these sets are voices of customers, so what is taken for an advertisement among them
is a false alarm, or an advertisement that the set holds; all are printed to be read. The same is
told of texts that say nothing or are in no language that the models know, as a sample.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from voc.insights import wilson
from voc.text.advertisements import is_advertisement
from voc.text.informative import is_uninformative
from voc.text.language import language_of

SETS: Final = (
    "online_shopping/train", "jd_goods/train", "waimai/train", "bank_forum/train",
    "car_forum/train",
)  # fmt: skip
KNOWN: Final = frozenset({"zh", "zh-Hant", "yue", "en"})
_SAMPLE: Final = 10
_SHOWN_CHARS: Final = 80


@dataclass(slots=True)
class Aside:
    """What of a set would be set aside, by the reason."""

    total: int = 0
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def figures(self, reason: str) -> dict[str, Any]:
        count = len(self.texts[reason])
        low, high = wilson(count, self.total)
        return {
            "count": count,
            "share": round(count / max(self.total, 1), 5),
            "interval": [round(low, 5), round(high, 5)],
        }


def judge(texts: Iterable[str]) -> Aside:
    """Looks at texts as the gate does, each for the first reason that it has."""
    found = Aside()
    for text in texts:
        found.total += 1
        if is_advertisement(text):
            found.texts["advertisement"].append(text)
        elif is_uninformative(text):
            found.texts["uninformative"].append(text)
        elif language_of(text) not in KNOWN:
            found.texts["language"].append(text)
    return found


def texts_of(file: Path) -> Iterator[str]:
    """Gives the texts of a data set."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def main() -> None:
    """Prints the figures of every set, a JSON object a line, with texts to read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    folder = parser.parse_args().data
    for name in SETS:
        found = judge(texts_of(folder / f"{name}.jsonl.gz"))
        told: dict[str, Any] = {"set": name, "n": found.total}
        for reason in ("advertisement", "uninformative", "language"):
            texts = found.texts[reason]
            shown = texts if reason == "advertisement" else texts[:: len(texts) // _SAMPLE + 1]
            told[reason] = {
                **found.figures(reason),
                "texts": [text[:_SHOWN_CHARS] for text in shown[:30]],
            }
        print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
