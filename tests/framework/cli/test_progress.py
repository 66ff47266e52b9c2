"""The live display of a run: columns that fit, bars that say what goes on."""

from __future__ import annotations

import re

import pytest

from sightkit.cli.progress import TerminalDisplay

ROW = {"loss": 0.25, "accuracy": 0.9, "learning_rate": 0.001, "seconds": 12.5, "images_per_second": 9.0}
VALIDATED = {**ROW, "validation_loss": 0.5, "validation_accuracy": 0.875, "validation_f1": 0.8}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return what a display prints in a terminal of 60 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "60")

    def show(row: dict[str, float]) -> list[str]:
        display = TerminalDisplay()
        with display:
            for epoch in (1, 2):
                display.epoch({"epoch": epoch, **row}, best=epoch == 1)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err).strip("\n").splitlines()

    return show


def test_epochs_stand_in_columns_below_one_heading(lines):
    assert lines(VALIDATED) == [
        "                 training          validation",
        "epoch      loss  accuracy      loss  accuracy   seconds",
        "    1    0.2500    0.9000    0.5000    0.8750      12.5  *",
        "    2    0.2500    0.9000    0.5000    0.8750      12.5",
    ]


def test_without_validation_there_are_no_columns_for_it(lines):
    assert lines(ROW)[1:3] == ["epoch      loss  accuracy   seconds", "    1    0.2500    0.9000      12.5  *"]
