"""The one thread that loads the bundle and scores: one request after the other, so many waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Busy(Exception):
    """As many requests wait as may."""


class Worker:
    """A thread of its own, since torch's number of threads is one thread's setting.

    Parameters
    ----------
    most_waiting : int
        Calls that may wait, beside the one that runs.
    """

    def __init__(self, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._most = most_waiting + 1
        self._calls: set[Future] = set()

    def start(self, call: Callable[[], Result]) -> Future[Result]:
        """Call in the thread, before all that comes later."""
        return self._pool.submit(call)

    async def do(self, call: Callable[[], Result]) -> Result:
        """What a call gives, in its turn; one that is cancelled while it waits is never made.

        Raises
        ------
        Busy
        """
        self._calls = {other for other in self._calls if not other.done()}
        if len(self._calls) >= self._most:
            raise Busy
        future = self._pool.submit(call)
        self._calls.add(future)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let what runs end, and drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)
