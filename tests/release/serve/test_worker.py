"""One call at a time, so many waiting, none made that nobody waits for."""

import asyncio
import threading

import pytest

from intake_triage.release.serve.worker import Busy, Worker


@pytest.fixture
def worker():
    worker = Worker(most_waiting=2)
    yield worker
    worker.close()


def test_calls_are_made_one_after_the_other_in_one_thread(worker):
    running, most, threads = 0, 0, set()

    def call() -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        threads.add(threading.current_thread())
        threading.Event().wait(0.02)
        running -= 1
        return 7

    async def ask() -> list[int]:
        return await asyncio.gather(*(worker.do(call) for _ in range(3)))

    assert asyncio.run(ask()) == [7, 7, 7]
    assert most == 1
    assert threads == {worker.start(threading.current_thread).result()}


def test_one_more_than_may_wait_is_refused_and_then_there_is_room_again(worker):
    go = threading.Event()

    async def ask() -> list:
        asked = [asyncio.ensure_future(worker.do(go.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await worker.do(go.wait)
        go.set()
        await asyncio.gather(*asked)
        return await worker.do(lambda: "room")

    assert asyncio.run(ask()) == "room"


def test_a_call_that_is_given_up_while_it_waits_is_never_made(worker):
    go, made = threading.Event(), []

    async def ask() -> None:
        first = asyncio.ensure_future(worker.do(go.wait))
        second = asyncio.ensure_future(worker.do(lambda: made.append(2)))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        go.set()
        await first
        await worker.do(lambda: made.append(3))

    asyncio.run(ask())
    assert made == [3]


def test_what_fails_fails_alone(worker):
    async def ask() -> int:
        with pytest.raises(ZeroDivisionError):
            await worker.do(lambda: 1 // 0)
        return await worker.do(lambda: 1)

    assert asyncio.run(ask()) == 1
