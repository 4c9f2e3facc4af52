"""What a forum shows no more: whether it is taken back at the end of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from voc.sources.crawling.state import State, Thread

_FEW: Final = 3  # voices of one thread, of whose loss no share can tell


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the posts that are missing.

    Attributes:
        is_trusted: Whether they are gone; otherwise the next run looks again.
        gone: Ids of those that are taken back.
        doubt: Why none is taken back; empty where none is missing.
    """

    is_trusted: bool
    gone: tuple[str, ...] = ()
    doubt: str = ""


class Losses:
    """Doubts a run in which too much is gone, as where a guard or a fault answers for the forum.

    Nothing is then taken back: it would come again by a new version at best, and meanwhile be
    missing in all counts.

    Args:
        least_share: Least share, from 0 to 1, of the voices known that a run must leave; with 0
            every loss is trusted. The loss of up to three voices of one thread is, below 1.

    Attributes:
        read: Threads that were read.
        unsaid: Threads that are gone by nothing but the status of their address: those that
            moved, and guards against crawlers, answer so for all.
    """

    def __init__(self, least_share: float) -> None:
        self._least_share = least_share
        self.read = self.unsaid = 0
        self._looked_at: dict[str, set[int]] = {}

    def looked_at(self, section: str, thread: Thread) -> None:
        """Takes note that a thread was looked at, so that it can be decided what it lacks."""
        self._looked_at.setdefault(section, set()).add(thread.number)

    def numbers_of(self, section: str) -> Collection[int]:
        """Returns the numbers of a section's threads that were looked at."""
        return self._looked_at.get(section, set())

    def verdict(self, states: Mapping[str, State]) -> Verdict:
        """Decides, at the end of a run, on all that is missing in the sections of a forum."""
        lost = self._lost(states)
        if self._least_share == 0 or self._is_small(lost):
            return Verdict(True, tuple(lost))
        if self.unsaid > self.read:
            return Verdict(
                False,
                doubt=f"{len(lost)} voices that are shown no more are not taken back, as"
                f" {self.unsaid} threads are said to be gone and {self.read} can be read"
                if lost
                else "",
            )
        known = len(_known(states) | lost.keys())
        if known - len(lost) < known * self._least_share:
            return Verdict(
                False,
                doubt=f"{len(lost)} of {known} known voices are shown no more and not taken back,"
                f" as one run must leave {self._least_share:.0%}",
            )
        return Verdict(True, tuple(lost))

    def _is_small(self, lost: Mapping[str, str]) -> bool:
        is_one = len(set(lost.values())) == 1
        return is_one and len(lost) <= _FEW and self._least_share < 1

    def _lost(self, states: Mapping[str, State]) -> dict[str, str]:
        """The posts that are missing, with the number of the thread that had them.

        What another thread shows now was moved there, or merged with it.
        """
        missing = {
            name: number
            for section, state in states.items()
            for number, suspect in state.suspects.items()
            if suspect.thread.number in self.numbers_of(section)
            for name in suspect.ids
        }
        shown = {
            name
            for state in states.values()
            for number, ids in state.posts.items()
            for name in ids
            if name in missing and missing[name] != number
        }
        return {name: number for name, number in missing.items() if name not in shown}


def _known(states: Mapping[str, State]) -> set[str]:
    return {name for state in states.values() for ids in state.posts.values() for name in ids}
