"""Signals: they end a command at once, or wait for the checkpoint of a run that asks."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sightkit.cli.signals import Interruption, Terminated
from sightkit.errors import InterruptedRunError
from sightkit.runs.course.stop import heeded

ENDS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """No signal is ignored, as SIGINT is of tests that run in the background."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "end"), ENDS.items())
def test_a_signal_ends_a_command_at_once(number: signal.Signals, end: type[BaseException]):
    with pytest.raises(end), Interruption():
        signal.raise_signal(number)


def train(stop: Interruption, *signals: signal.Signals) -> str:
    """Do as the loop does: get some signals, then ask whether to stop, and stop."""
    with heeded(stop):
        assert not stop()
        for number in signals:
            signal.raise_signal(number)
        if stop():
            message = "the checkpoint is written"
            raise InterruptedRunError(message)
    return "trained"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_waits_for_a_run_that_asks(number: signal.Signals, code: int):
    with Interruption() as stop:
        with pytest.raises(InterruptedRunError):
            train(stop, number)
        assert stop.exit_code == code


@pytest.mark.parametrize(("number", "end"), ENDS.items())
@pytest.mark.parametrize("first", ENDS)
def test_the_second_signal_waits_for_nothing(first: signal.Signals, number: signal.Signals, end: type[BaseException]):
    with Interruption() as stop, pytest.raises(end):
        train(stop, first, number)


@pytest.mark.parametrize(("number", "end"), ENDS.items())
def test_a_signal_that_nobody_asked_for_any_more_ends_the_command_when_the_training_is_over(
    number: signal.Signals, end: type[BaseException]
):
    with Interruption() as stop, pytest.raises(end), stop.heeded():
        signal.raise_signal(number)


def test_signals_end_a_command_at_once_again_when_the_training_is_over():
    with Interruption() as stop:
        assert train(stop) == "trained"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_the_handlers_of_before_come_back_and_what_is_ignored_stays_ignored():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    interrupt = signal.getsignal(signal.SIGINT)
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not interrupt
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGINT) is interrupt
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_a_function_that_says_when_to_stop_needs_nothing_else():
    with heeded(lambda: True):
        pass
