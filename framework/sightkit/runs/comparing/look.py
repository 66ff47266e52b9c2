"""How the pictures of a comparison look: colours, and matplotlib without any of its global state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sightkit.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS_PER_INCH = 160
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Those of M. Okabe and K. Ito, "Color Universal Design", 2008, which colour-blind eyes can tell apart; not the yellow,
which is faint on white."""
LINES = ("-", "--", ":", "-.")
"""Beside the colours, from the eighth run on."""


def style_of(index: int) -> tuple[str, str]:
    """Return the colour and the line of a run."""
    return COLOURS[index % len(COLOURS)], LINES[index // len(COLOURS) % len(LINES)]


def drawn(name: str, *, longest: int = 40) -> str:
    """Return a name as a picture shows it: in letters that its font has, and not too long."""
    plain = name.encode("ascii", "replace").decode()
    shown = "".join(letter if letter.isprintable() else "?" for letter in plain)
    return shown if len(shown) <= longest else f"...{shown[3 - longest :]}"


def draw_figure(path: Path, size: tuple[float, float], draw: Callable[[Figure], None]) -> Path:
    """Let a function draw into a figure, write it as PNG and return the file.

    While it draws, matplotlib's own defaults are set and nothing of the host's; what was set before comes back.

    Raises:
        StorageError: it can't be written.
    """
    # "default" is what matplotlib ships: not the matplotlibrc of whatever folder this process was started in.
    with matplotlib.style.context(["default", {"text.parse_math": False}]):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        with replacing(path) as file:
            figure.savefig(file, dpi=DOTS_PER_INCH, format="png", metadata={"Software": None})
    return path


def tidy(axes: Axes) -> None:
    """Take away what nobody looks at."""
    axes.tick_params(labelsize=9, length=2)
    axes.grid(color="#e4e4e4", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
