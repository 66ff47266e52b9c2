"""The picture of a comparison: the scores with their intervals, and beside them the differences with theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.runs.comparing.look import draw_figure, drawn, style_of, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sightkit.runs.comparing.result import Comparison, Difference

MOST_PAIRS = 10
"""Of more, only the differences from the first run are drawn."""
ROW, AROUND = 0.27, 0.75
"""Inches of a run or a pair, and of what is around those of a metric."""
SURE, UNSURE = "#08519c", "#9a9a9a"
LEVEL = 0.05


def draw_scores(comparison: Comparison, path: Path) -> Path:
    """Write the picture as PNG and return it.

    Raises:
        StorageError: it can't be written.
    """
    pairs = {metric: drawn_pairs(comparison, metric) for metric in comparison.metrics}
    heights = [AROUND + ROW * max(len(comparison.runs), len(each)) for each in pairs.values()]

    def draw(figure: Figure) -> None:
        grid = figure.add_gridspec(len(heights), 2, height_ratios=heights, width_ratios=(1, 1))
        for row, (metric, differences) in enumerate(pairs.items()):
            draw_metric(figure.add_subplot(grid[row, 0]), comparison, metric)
            draw_differences(figure.add_subplot(grid[row, 1]), differences)
        corrected = ", corrected by Holm" if len(comparison.runs) > 2 else ""
        figure.suptitle(
            f"{drawn(comparison.split)}: {comparison.images:,} images. Bars are 95 % intervals; "
            f"differences in blue have p < {LEVEL}{corrected}.",
            x=0.01,
            ha="left",
            fontsize=10,
        )

    return draw_figure(path, (10.5, 0.4 + sum(heights)), draw)


def drawn_pairs(comparison: Comparison, metric: str) -> list[Difference]:
    """Return the differences in a metric that are drawn."""
    found = [each for each in comparison.differences if each.metric == metric]
    first = comparison.runs[0].name
    return found if len(found) <= MOST_PAIRS else [each for each in found if each.first == first]


def draw_metric(axes: Axes, comparison: Comparison, metric: str) -> None:
    """Draw the score of each run with its interval, the first run on top."""
    for index, run in enumerate(comparison.runs):
        score = run.scores[metric]
        draw_interval(axes, index, score.value, score.interval or (math.nan, math.nan), colour=style_of(index)[0])
    name_rows(axes, [run.name for run in comparison.runs])
    better = "" if comparison.runs[0].scores[metric].higher_is_better else ", lower is better"
    axes.set_title(f"{drawn(metric)}{better}", loc="left", fontsize=11)


def draw_differences(axes: Axes, differences: Sequence[Difference]) -> None:
    """Draw each difference with its interval; those that are more than chance in colour."""
    axes.axvline(0, color="#636363", linewidth=1)
    for index, each in enumerate(differences):
        colour = SURE if each.adjusted_p_value < LEVEL else UNSURE
        draw_interval(axes, index, each.value, each.interval, colour=colour)
    name_rows(axes, [f"{drawn(each.second, longest=24)} - {drawn(each.first, longest=24)}" for each in differences])
    axes.set_title("difference", loc="left", fontsize=11)


def draw_interval(axes: Axes, row: int, value: float, interval: tuple[float, float], *, colour: str) -> None:
    """Draw a value and its interval; nothing of what is not defined."""
    if not math.isnan(interval[0]):
        axes.plot(interval, (row, row), color=colour, linewidth=2, solid_capstyle="butt")
    if not math.isnan(value):
        axes.plot(value, row, "o", color=colour, markersize=6)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write a name at each row, the first one on top."""
    axes.set_yticks(range(len(names)), [drawn(name, longest=60) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    tidy(axes)
    axes.grid(visible=False, axis="y")
