"""What a person reads at the end of a run."""

from __future__ import annotations

from sightkit.cli.summary import FEW_IMAGES_NOTE, print_scores

SCORE = {"value": 1.0, "low": 0.9, "high": 1.0, "method": "bootstrap", "few_images": True}


def test_few_images_are_explained_where_a_line_says_so_and_nowhere_else(capsys) -> None:
    print_scores("test", {"f1": SCORE})
    assert FEW_IMAGES_NOTE in capsys.readouterr().out
    print_scores("test", {"f1": {**SCORE, "low": None, "high": None}})
    printed = capsys.readouterr().out
    assert "few images" not in printed
    assert "none" in printed
