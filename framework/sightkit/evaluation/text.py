"""A score as a person reads it: its value, and its interval with what takes from its weight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

HEAD = ("metric", "value", "95 % interval")


def score_row(name: str, score: Mapping[str, Any]) -> list[str]:
    """Return a row of a table of scores.

    Args:
        name: The metric's.
        score: As it stands in ``scores.json``; runs of older versions say less.
    """
    return [name, number(score["value"]), interval(score)]


def interval(score: Mapping[str, Any]) -> str:
    """Return the interval of a score."""
    if score["low"] is None or math.isnan(score["low"]):
        return "none"
    method = score.get("method") or ""
    notes = [method] if method.startswith("called") else []
    notes += ["few images"] if score.get("few_images") else []
    return ", ".join([f"{number(score['low'])} to {number(score['high'])}", *notes])


def number(value: float | None) -> str:
    """Return a score, which may be undefined."""
    return "undefined" if value is None or math.isnan(value) else f"{value:.4f}"
