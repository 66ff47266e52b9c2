"""A score as a person reads it."""

from __future__ import annotations

from sightkit.evaluation.text import score_row

SCORE = {"value": 0.5, "low": 0.25, "high": 0.75, "method": "bootstrap", "few_images": False}


def test_an_interval_is_told_with_what_takes_from_its_weight() -> None:
    assert score_row("f1", SCORE) == ["f1", "0.5000", "0.2500 to 0.7500"]
    few = {**SCORE, "method": "called 200 times", "few_images": True}
    assert score_row("mine", few)[2] == "0.2500 to 0.7500, called 200 times, few images"


def test_where_there_is_no_interval_it_says_so() -> None:
    without = {**SCORE, "low": None, "high": None, "method": None, "few_images": True}
    assert score_row("calibration-error", without)[2] == "none"
    assert score_row("f1", {**without, "value": None}) == ["f1", "undefined", "none"]


def test_scores_of_a_run_that_an_older_version_made_are_shown() -> None:
    assert score_row("f1", {"value": 0.5, "low": 0.25, "high": 0.75})[2] == "0.2500 to 0.7500"
