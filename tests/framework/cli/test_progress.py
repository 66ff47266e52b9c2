"""The live display of a run: columns that fit, bars that say what goes on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sightkit.cli.progress import TerminalDisplay
from sightkit.experiment.settings import TrainingSettings
from sightkit.training.loop.progress import Progress

ROW = {"loss": 0.25, "accuracy": 0.9, "learning_rate": 0.001, "seconds": 12.5, "images_per_second": 9.0}
VALIDATED = {**ROW, "validation_loss": 0.5, "validation_accuracy": 0.875, "validation_f1": 0.8}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return what a display prints in a terminal of 60 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "60")

    def show(row: dict[str, float], *, first: int = 1, monitor: str = "accuracy") -> list[str]:
        display = TerminalDisplay()
        display.building(TrainingSettings(monitor=monitor))
        with display:
            for epoch in (first, first + 1):
                display.epoch({"epoch": epoch, **row}, best=epoch == first)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err).strip("\n").splitlines()[-4:]

    return show


def test_epochs_stand_in_columns_below_one_heading(lines):
    assert lines(VALIDATED) == [
        "                 training          validation",
        "epoch      loss  accuracy      loss  accuracy   seconds",
        "    1    0.2500    0.9000    0.5000    0.8750      12.5  *",
        "    2    0.2500    0.9000    0.5000    0.8750      12.5",
    ]


def test_the_score_that_decides_has_a_column_of_its_own(lines):
    assert lines(VALIDATED, monitor="f1") == [
        "                 training                    validation",
        "epoch      loss  accuracy      loss  accuracy        f1   seconds",
        "    1    0.2500    0.9000    0.5000    0.8750    0.8000      12.5  *",
        "    2    0.2500    0.9000    0.5000    0.8750    0.8000      12.5",
    ]


def test_without_validation_there_are_no_columns_for_it(lines):
    assert lines(ROW)[1:3] == ["epoch      loss  accuracy   seconds", "    1    0.2500    0.9000      12.5  *"]


def progress(**changes: int) -> Progress:
    told = {"epoch": 1, "epochs": 4, "step": 5, "steps": 10, "stage": 1, "stages": 1, "done": 5, "total": 40}
    return Progress(loss=0.5, accuracy=0.75, images_per_second=1234.5, **{**told, **changes})


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return what a display prints in a terminal that can do everything, without colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    def show(*calls: Callable[[TerminalDisplay], None]) -> str:
        with TerminalDisplay() as display:
            for call in calls:
                call(display)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)

    return show


def test_the_bar_goes_over_all_stages_and_says_which_it_is(terminal):
    shown = terminal(
        lambda display: display.stage(2, 3, {"epochs": "10", "frozen": "backbone"}),
        lambda display: display.training(progress(stage=2, stages=3, epoch=4, epochs=10, done=140, total=300)),
    )
    assert "stage 2 of 3  epochs 10  frozen backbone\n" in shown
    assert re.search(r"stage 2 of 3, epoch 4 of 10 +\S+ +loss 0\.5000  accuracy 0\.7500  1,234 images/s", shown)


def test_a_training_of_one_stage_says_nothing_of_stages(terminal):
    shown = terminal(lambda display: display.training(progress()))
    assert "epoch 1 of 4" in shown
    assert "stage" not in shown


def test_features_have_a_bar_of_their_own(terminal):
    shown = terminal(lambda display: display.features(1200, 4500), lambda display: display.training(progress()))
    assert re.search(r"computing features +\S+ +1,200 of 4,500", shown)


def test_a_learning_rate_range_test_shows_the_rate_and_the_loss(terminal):
    shown = terminal(lambda display: display.searching(50, 200, rate=3.2e-4, loss=1.25))
    assert re.search(r"trying learning rates +\S+ +loss 1\.2500  at 3\.2e-4", shown)


def test_what_happens_is_said_above_the_bar_as_it_is_written(terminal):
    message = "no improvement: the learning rate is 0.3 of the schedule's [from now on]"
    assert f"{message}\n" in terminal(lambda display: display.note(message))


def test_a_run_that_goes_on_has_a_heading_too(lines):
    assert lines(VALIDATED, first=7)[1:3] == [
        "epoch      loss  accuracy      loss  accuracy   seconds",
        "    7    0.2500    0.9000    0.5000    0.8750      12.5  *",
    ]


def test_nothing_is_shown_where_nobody_watches(monkeypatch, capsys):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with TerminalDisplay() as display:
        display.started("runs/x", {"images": "3"})
        display.stage(1, 2, {"epochs": "3"})
        display.features(1, 2)
        display.training(progress())
        display.epoch({"epoch": 1, **ROW}, best=True)
        display.note("no improvement")
    assert capsys.readouterr() == ("", "")
