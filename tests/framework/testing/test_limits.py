"""Components that never come to an end, and those that change the working directory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sightkit import Extension, Params, Registry, Report, ReportOutput, Schedule, hookimpl
from sightkit.testing import NonconformityError, Outcome, check_component
from sightkit.testing.conformance import of_component
from sightkit.testing.limit import Limit
from sightkit.testing.threads import STEPS, called_at_once, giving_turns
from sightkit.testing.watching import watching
from sightkit.use import Found

HERE = re.escape(__file__)


class Nothing(Params):
    """No parameters."""


def waiting_for_itself(_params, task):
    lock = threading.Lock()

    def rate(step):
        lock.acquire()
        return task.learning_rate

    return rate


def catching_it_all(_params, task):
    def rate(step):
        try:
            time.sleep(2.5)
        except BaseException:
            return task.learning_rate

    return rate


@pytest.mark.parametrize("build", [waiting_for_itself, catching_it_all])
def test_what_does_not_end_is_interrupted_and_told_with_its_line(build):
    schedule = Schedule(name="endless", summary="Endless.", params=Nothing, build=build)
    with pytest.raises(NonconformityError) as caught:
        check_component(schedule, timeout=2)
    failure = next(each for each in caught.value.findings if each.check == "is finite at every step")
    assert failure.expected == "an end within 2 seconds"
    assert re.fullmatch(rf"it was still at {HERE}:\d+", failure.found)
    assert "--timeout SECONDS" in failure.remedy


HELD = """
import ctypes
from sightkit.testing.watching import watching

with watching(1, stuck=lambda watch: print("interrupted")):
    ctypes.PyDLL(None).sleep(600)  # with Python's lock in its hand
"""


def test_what_lets_no_other_code_run_ends_the_process_with_its_line():
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'File "<string>", line 6 in <module>' in done.stderr


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_slow_component_may_take_its_time(seconds):
    def slow(_params, task):
        time.sleep(0.1)
        return lambda step: task.learning_rate

    found = Found(Schedule(name="slow", summary="Slow.", params=Nothing, build=slow), "mine", "here")
    _light, *others = of_component(found, [], Registry(), limit=Limit(seconds=seconds)).findings()
    assert {each.outcome for each in others} == {Outcome.PASSED}


def test_an_alarm_of_somebody_else_still_rings():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        with watching(60) as watch:
            signal.raise_signal(signal.SIGALRM)
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(rung) == 2
    assert not watch.stacks


def test_threads_that_hang_keep_nobody_waiting():
    before = set(threading.enumerate())
    never = threading.Event()
    started = threading.Event()

    def hang(_item):
        started.set()
        never.wait()

    waiting = threading.Thread(target=lambda: called_at_once(hang, [1, 2], threads=2), daemon=True)
    waiting.start()
    assert started.wait(10)
    assert all(each.daemon for each in set(threading.enumerate()) - before)
    never.set()


def test_turns_for_other_threads_end_after_some_steps():
    def looping():
        for _ in range(STEPS):
            pass
        return sys.gettrace()

    before = sys.gettrace()
    with giving_turns(Path(__file__).parent):
        assert looping() is None, "a loop over pixels would take minutes"
    assert sys.gettrace() is before


def roaming_report(_params, _task):
    def write(predictions, folder):
        os.chdir(folder)
        Path("few.txt").write_text("few")
        return ReportOutput(files=(folder / "few.txt",))

    return write


class Roaming:
    @hookimpl
    def sightkit_epoch_ended(self, run):
        os.chdir(run.path)


def roaming_schedule(_params, task):
    os.chdir("/")
    return lambda step: task.learning_rate


@pytest.mark.parametrize(
    ("component", "check"),
    [
        (Report(name="r", summary="Roams.", params=Nothing, build=roaming_report), "writes a report"),
        (Schedule(name="r", summary="Roams.", params=Nothing, build=roaming_schedule), "builds"),
        (
            Extension(name="r", summary="Roams.", params=Nothing, build=lambda params, task: Roaming()),
            "takes part in a run",
        ),
    ],
    ids=lambda each: getattr(each, "kind", ""),
)
def test_who_changes_the_working_directory_is_told_and_it_is_put_back(component, check):
    before = Path.cwd()
    with pytest.raises(NonconformityError) as caught:
        check_component(component)
    failure = next(each for each in caught.value.findings if each.check == check)
    assert failure.expected == "the working directory to be the same afterwards"
    assert "os.chdir" in failure.remedy
    assert Path.cwd() == before
