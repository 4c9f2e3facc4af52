"""A thread of one's own for the engine, which can be left behind when it hangs."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Final

# By so much its thread is nicer than the event loop's, which so gets a busy core at once: to refuse
# what is too much takes a millisecond, to read texts takes many.
_NICER: Final = 10
_NICEST: Final = 19


class _Cut(BaseException):
    """Ends what runs in a thread that was left behind."""


class Lane:
    """Runs calls one after another, off the event loop.

    Its thread is a daemon, unlike those of `concurrent.futures`: one that hangs must not keep the
    process from ending. On Linux, where threads have priorities of their own, it and those that it
    starts give way to the event loop.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="voc-engine", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Runs a call after those before it."""
        future: Future[Any] = Future()
        self._calls.put((call, future))
        return future

    def close(self) -> None:
        """Ends the thread after the calls before it."""
        self._calls.put(None)

    def leave(self) -> None:
        """Ends the thread in the midst of its call, as soon as that runs Python code."""
        self.close()
        if self._thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self._thread.ident), ctypes.py_object(_Cut)
            )

    def _run(self) -> None:
        _give_way()
        try:
            while (next_call := self._calls.get()) is not None:
                call, future = next_call
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    future.set_result(call())
                except Exception as error:  # noqa: BLE001 - it is told to whom it belongs
                    future.set_exception(error)
        except _Cut:
            return


def _give_way() -> None:
    """Lowers the priority of the thread that calls it, and of the threads that it will start."""
    if sys.platform == "linux":
        me = threading.get_native_id()
        nice = os.getpriority(os.PRIO_PROCESS, me)
        os.setpriority(os.PRIO_PROCESS, me, min(nice + _NICER, _NICEST))
