"""The learning curves of several runs, over each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter, NullFormatter

from sightkit.runs.comparing.look import draw_figure, drawn, style_of, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sightkit.runs.comparing.result import ComparedRun, Comparison

QUANTITIES = ("loss", "accuracy")


def draw_curves(comparison: Comparison, path: Path) -> Path:
    """Write loss and accuracy of every epoch as PNG, on validation images as thick lines, in training as thin ones.

    Raises:
        StorageError: it can't be written, or the history of a run can't be read.
    """
    histories = [run.run.history for run in comparison.runs]

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(QUANTITIES))
        for axes, quantity in zip(panels, QUANTITIES, strict=True):
            for index, (run, history) in enumerate(zip(comparison.runs, histories, strict=True)):
                draw_curve(axes, run, history, quantity, index=index)
            axes.set_title(quantity, loc="left", fontsize=11)
            axes.set_xlabel("epoch", fontsize=10)
            axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
            tidy(axes)
        panels[0].set_yscale("log")
        # matplotlib's own writes powers of ten as formulas, which are switched off: names are untrusted.
        panels[0].yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:g}"))
        panels[0].yaxis.set_minor_formatter(NullFormatter())
        figure.legend(
            *panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=9
        )
        figure.suptitle(
            "Thick: validation images; thin: in training. The dot is the best epoch.", x=0.01, ha="left", fontsize=10
        )

    return draw_figure(path, (10.5, 4.2 + 0.2 * (len(comparison.runs) // 4)), draw)


def draw_curve(axes: Axes, run: ComparedRun, history: list[dict[str, float]], quantity: str, *, index: int) -> None:
    """Draw a quantity of a run over the epochs."""
    colour, line = style_of(index)
    epochs = [row["epoch"] for row in history]
    axes.plot(epochs, [row[quantity] for row in history], color=colour, linestyle=line, linewidth=0.8, alpha=0.7)
    key = f"validation_{quantity}"
    judged = [row for row in history if key in row]
    axes.plot(
        [row["epoch"] for row in judged],
        [row[key] for row in judged],
        color=colour,
        linestyle=line,
        linewidth=2,
        label=drawn(run.name),
    )
    best = run.run.manifest["model"]["best_epoch"]
    for row in judged:
        if row["epoch"] == best:
            axes.plot(best, row[key], "o", color=colour, markersize=6)
