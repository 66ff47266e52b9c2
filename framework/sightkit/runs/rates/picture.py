"""The picture of a learning-rate range test: loss over learning rate, what it suggests, and what the experiment has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from sightkit.files import replacing
from sightkit.runs.rates.text import rate_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sightkit.runs.rates.result import RateSearch

DOTS_PER_INCH = 160
LIGHT, DARK, SUGGESTED, CURRENT = "#9ecae1", "#08519c", "#d94801", "#636363"
"""Colours of ColorBrewer's scales, which stay apart in grey and for colour-blind eyes."""


def draw_picture(search: RateSearch, path: Path) -> None:
    """Write the picture as PNG.

    While it draws, matplotlib's own defaults are set and nothing of the host's; what was set before comes back.

    Raises:
        StorageError: it can't be written.
    """
    # "default" is what matplotlib ships: not the matplotlibrc of whatever folder this process was started in.
    with matplotlib.style.context(["default", {"text.parse_math": False}]):
        figure = Figure(figsize=(8, 5))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw_curves(axes, search)
        draw_rates(axes, search)
        axes.set_title(f"{search.title}: learning-rate range test", loc="left", fontsize=11, pad=32)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=5, frameon=False, fontsize=9, handlelength=1.6)
        with replacing(path) as file:
            figure.savefig(
                file, dpi=DOTS_PER_INCH, format="png", bbox_inches="tight", pad_inches=0.2, metadata={"Software": None}
            )


def draw_curves(axes: Axes, search: RateSearch) -> None:
    """Draw the loss of each step, and all of them smoothed, over the logarithm of the learning rate."""
    axes.plot(search.rates, search.losses, color=LIGHT, linewidth=1, label="loss")
    axes.plot(search.rates, search.smoothed, color=DARK, linewidth=2, label="smoothed")
    if (lowest := search.lowest) is not None:
        axes.plot(search.rates[lowest], search.smoothed[lowest], "o", color=DARK, markersize=6, label="lowest")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: rate_text(rate)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(*limits(search))
    axes.set_xlabel("learning rate", fontsize=10, labelpad=6)
    axes.set_ylabel("training loss", fontsize=10, labelpad=6)
    axes.tick_params(labelsize=9, length=2)
    axes.grid(color="#e4e4e4", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def limits(search: RateSearch) -> tuple[float, float]:
    """Return between which losses the picture is; a few wild ones, which would flatten all others, may be outside."""
    bottom, top = float(search.losses.min()), float(np.quantile(search.losses, 0.98))
    top = max(top, float(search.smoothed.max()))
    margin = 0.08 * (top - bottom) or 0.1
    return bottom - margin, top + margin


def draw_rates(axes: Axes, search: RateSearch) -> None:
    """Mark the suggestion and the learning rate that the experiment has."""
    if search.suggestion is not None:
        axes.axvline(
            search.suggestion, color=SUGGESTED, linewidth=2, label=f"suggested: {rate_text(search.suggestion)}"
        )
    if search.current > 0:
        label = f"the experiment has: {rate_text(search.current)}"
        axes.axvline(search.current, color=CURRENT, linewidth=1.5, linestyle="--", label=label)
