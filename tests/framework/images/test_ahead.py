"""Work done ahead: in order, one piece at a time, and over when whoever wanted it is gone."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from sightkit import DataError
from sightkit.images.ahead import ahead


def test_results_come_in_order_from_a_thread_that_then_ends():
    made = list(ahead(lambda item: (item, threading.current_thread()), range(20)))
    assert [item for item, _ in made] == list(range(20))
    assert threading.main_thread() not in {thread for _, thread in made}
    assert not any(thread.is_alive() for _, thread in made)


def test_the_next_piece_is_made_while_the_last_is_used_and_no_other():
    begun: list[int] = []
    second = threading.Event()

    def make(item: int) -> int:
        begun.append(item)
        if item == 1:
            second.set()
        return item

    pieces = ahead(make, range(10))
    assert next(pieces) == 0
    assert second.wait(10)
    time.sleep(0.05)
    assert begun == [0, 1]
    pieces.close()
    assert begun == [0, 1]


def test_items_are_asked_for_in_the_thread_of_whoever_asks():
    threads: list[Any] = []

    def items() -> Any:
        for item in range(3):
            threads.append(threading.current_thread())
            yield item

    assert list(ahead(str, items())) == ["0", "1", "2"]
    assert set(threads) == {threading.current_thread()}


def test_an_error_surfaces_as_itself_and_in_its_turn():
    def make(item: int) -> int:
        if item == 2:
            message = "2.png is gone"
            raise DataError(message)
        return item

    pieces, made = ahead(make, range(5)), []
    with pytest.raises(DataError, match=r"^2\.png is gone$"):
        made.extend(pieces)
    assert made == [0, 1]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_nothing_is_heard_of_an_error_that_nobody_asks_for():
    failed = threading.Event()

    def make(item: int) -> int:
        if item:
            failed.set()
            raise KeyError(item)
        return item

    pieces = ahead(make, range(5))
    assert next(pieces) == 0
    assert failed.wait(10)
    pieces.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_nothing_comes_of_nothing():
    assert list(ahead(str, [])) == []
