"""What ``sightkit compare`` tells: scores, differences, settings, and where everything is."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cli.console import print_table, print_text, warn
from sightkit.evaluation.text import number
from sightkit.paths import short
from sightkit.toml.shown import shown

if TYPE_CHECKING:
    from sightkit.runs.comparing.result import Comparison, Difference

MOST_SETTINGS, MOST_PAIRS = 12, 30
"""Of more, the rest is in the JSON and in the CSV."""

TESTS = {"mcnemar-exact": "McNemar, exact", "mcnemar": "McNemar", "bootstrap": "paired bootstrap"}


def tell(comparison: Comparison, files: list[Path]) -> None:
    """Print scores, differences, and where everything is."""
    print_text(f"{comparison.split}: {comparison.images:,} images\n")
    print_table(["metric", "run", "score", "95 % interval"], score_rows(comparison))
    several = len(comparison.runs) > 2
    head = ["metric", "difference", "value", "95 % interval", "p", *(["p, Holm"] if several else []), "test"]
    rows = [difference_row(each, several=several) for each in comparison.differences[:MOST_PAIRS]]
    print_text("")
    print_table(head, rows)
    if left := len(comparison.differences) - len(rows):
        print_text(f"and {left:,} more in {short(files[-1])}")
    tell_settings(comparison)
    for note in comparison.notes:
        warn(note)
    print_text("\n" + "\n".join(f"{'table' if file.suffix == '.csv' else 'picture':9}{short(file)}" for file in files))


def tell_settings(comparison: Comparison) -> None:
    """Print what differs between the experiments."""
    if not comparison.settings:
        return
    rows = [
        [key, *("" if value is None else shown(value) for value in values)]
        for key, values in comparison.settings.items()
    ]
    print_text("")
    print_table(["setting", *(run.name for run in comparison.runs)], rows[:MOST_SETTINGS])
    if len(rows) > MOST_SETTINGS:
        print_text(f"and {len(rows) - MOST_SETTINGS:,} more; --json has all")


def score_rows(comparison: Comparison) -> list[list[str]]:
    """Return the rows of the table of scores; a metric is named in its first row."""
    rows = []
    for metric in comparison.metrics:
        for index, run in enumerate(comparison.runs):
            score = run.scores[metric]
            low, high = score.interval or (math.nan, math.nan)
            name = "" if index else metric
            rows.append([name, run.name, number(score.value), span(low, high, number)])
    return rows


def difference_row(difference: Difference, *, several: bool) -> list[str]:
    """Return a row of the table of differences."""
    low, high = difference.interval
    return [
        difference.metric,
        f"{difference.second} - {difference.first}",
        signed(difference.value),
        span(low, high, signed),
        probability(difference.p_value),
        *([probability(difference.adjusted_p_value)] if several else []),
        TESTS[difference.test] if difference.test else "none",
    ]


def span(low: float, high: float, text: Callable[[float], str]) -> str:
    """Return an interval as text; there may be none."""
    return "none" if math.isnan(low) else f"{text(low)} to {text(high)}"


def signed(value: float) -> str:
    """Return a difference as text; it may be undefined."""
    return "undefined" if math.isnan(value) else f"{value:+.4f}"


def probability(value: float) -> str:
    """Return a p-value as text; there may be none."""
    return "none" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"
