"""The confusion matrix as a picture, drawn without any of matplotlib's global state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.style
import numpy as np
from matplotlib import colormaps, font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from rich.cells import cell_len

from sightkit_plugins.reports._confusion import percent, printable, shortened, shown_names
from sightkit_plugins.reports._confusion_order import reordered, similarity_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage
    from numpy.typing import NDArray

    from sightkit_plugins.reports._confusion import ConfusionMatrix

CLASSES_IN_ORDER = 30
"""Up to so many classes stand in the order in which the dataset has them, and have a number in each cell."""

DOTS_PER_INCH = 160
POINTS_PER_INCH = 72
CELL_WIDTH = 0.62
"""Width of a terminal cell of text, as a share of the font size."""
FALLBACK_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "Arial Unicode MS")
"""Fonts with many scripts, used where they are installed; DejaVu Sans comes with matplotlib."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large things are drawn.

    Attributes:
        side: Of the matrix, in inches.
        font: Of the class names, in points.
        heading: Of the title, in points; the labels of the axes and of the scale are a little smaller.
        numbers: Font size of the numbers in the cells, in points; ``None`` for none.
        rates: Whether each cell shows its share too.
        label_step: Every how manyth class is named.
    """

    side: float
    font: float
    heading: float
    numbers: float | None
    rates: bool
    label_step: int


def sizes_for(matrix: ConfusionMatrix) -> Sizes:
    """Return sizes that are readable for this many classes and images."""
    classes = len(matrix.classes)
    digits = len(str(matrix.counts.max()))
    if classes <= 12:
        cell = max(0.6, 0.12 + digits * 9 * CELL_WIDTH / POINTS_PER_INCH)
        return Sizes(side=max(2.4, classes * cell), font=9, heading=11, numbers=9, rates=True, label_step=1)
    if classes <= CLASSES_IN_ORDER:
        cell = max(0.34, 0.08 + digits * 7 * CELL_WIDTH / POINTS_PER_INCH)
        return Sizes(side=classes * cell, font=8, heading=11, numbers=7, rates=False, label_step=1)
    side = min(max(9.0, classes * 0.085), 24.0)
    step = int(np.ceil(classes * 0.085 / side))
    font = min(8.0, 0.8 * POINTS_PER_INCH * step * side / classes)
    return Sizes(side=side, font=font, heading=1.2 * side, numbers=None, rates=False, label_step=step)


def draw_pictures(matrix: ConfusionMatrix, stem: Path, *, title: str, normalise: bool) -> list[Path]:
    """Write the picture as ``<stem>.png`` and ``<stem>.svg`` and return them.

    Of more than 30 classes, those that are taken for each other stand side by side, so that confusions are found near
    the diagonal: see `similarity_order`. Colour follows the square root of the value: the few confusions that matter
    would be white on a straight scale. While it draws, matplotlib's own defaults are set and nothing of the host's;
    what was set before comes back.
    """
    fonts = ["DejaVu Sans", *installed(FALLBACK_FONTS)]
    # An SVG has letters as shapes: it looks the same where the fonts are not installed, and no name in it is text that
    # a browser might take for something else. The salt makes its ids the same every time.
    own = {"font.family": fonts, "text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "sightkit"}
    names = drawable_names(matrix.classes, glyphs=glyphs_of(fonts))
    large = len(names) > CLASSES_IN_ORDER
    if large:
        order = similarity_order(matrix)
        matrix, names = reordered(matrix, order), [names[label] for label in order.tolist()]
    # "default" is what matplotlib ships: not the matplotlibrc of whatever folder this process was started in.
    with matplotlib.style.context(["default", own]):
        figure = Figure()
        FigureCanvasAgg(figure)
        sizes = sizes_for(matrix)
        # The axes are exactly as large as the matrix; "tight" then finds room for the names, however long they are.
        figure.set_size_inches(sizes.side, sizes.side)
        axes = figure.add_axes((0, 0, 1, 1))
        image = draw_cells(axes, matrix, normalise=normalise)
        draw_names(axes, names, sizes=sizes)
        if sizes.numbers:
            draw_numbers(axes, image, matrix, sizes=sizes)
        draw_scale(figure, image, sizes=sizes, normalise=normalise)
        accuracy = f"accuracy {percent(matrix.correct / matrix.images)}, {matrix.images_in_words}"
        if large:
            accuracy += f", {len(matrix.classes):,} classes ordered by similarity"
        axes.set_title(
            f"{shortened(printable(title), width=60)}\n{accuracy}", loc="left", fontsize=sizes.heading, pad=10
        )
        files = []
        for suffix, metadata in ((".png", {"Software": None}), (".svg", {"Date": None, "Creator": None})):
            files.append(stem.with_name(f"{stem.name}{suffix}"))
            figure.savefig(
                files[-1], dpi=DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.2, metadata=metadata, format=suffix[1:]
            )
    return files


def draw_cells(axes: Axes, matrix: ConfusionMatrix, *, normalise: bool) -> AxesImage:
    """Draw the coloured cells; a class without images is grey."""
    values = np.ma.masked_where(np.isnan(matrix.rates), matrix.rates if normalise else matrix.counts)
    norm = PowerNorm(0.5, vmin=0, vmax=1 if normalise else max(1, matrix.counts.max()))
    image = axes.imshow(
        values, cmap=colormaps["Blues"].with_extremes(bad="#e4e4e4"), norm=norm, interpolation="nearest"
    )
    axes.spines[:].set_visible(False)
    classes = len(matrix.classes)
    # In a large matrix lines around every cell would hide the cells; one after every tenth class leads the eye.
    borders = np.arange(0, classes + 1, 1 if classes <= 30 else 10 if classes <= 300 else 100) - 0.5
    axes.set_xticks(borders, minor=True)
    axes.set_yticks(borders, minor=True)
    axes.grid(which="minor", color="#d0d0d0", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    return image


def draw_names(axes: Axes, names: list[str], *, sizes: Sizes) -> None:
    """Write the class names along both sides, horizontally below where they fit."""
    ticks = np.arange(0, len(names), sizes.label_step)
    labels = names[:: sizes.label_step]
    widest = max(map(cell_len, labels)) * sizes.font * CELL_WIDTH / POINTS_PER_INCH
    turned: dict[str, Any] = {}
    if widest > 0.95 * sizes.side / len(names):
        slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        turned = slanted if len(names) <= 30 else {"rotation": 90}
    axes.set_xticks(ticks, labels, fontsize=sizes.font, **turned)
    axes.set_yticks(ticks, labels, fontsize=sizes.font)
    axes.tick_params(length=2)
    axes.set_xlabel("predicted class", fontsize=0.9 * sizes.heading, labelpad=8)
    axes.set_ylabel("actual class", fontsize=0.9 * sizes.heading, labelpad=8)


def draw_numbers(axes: Axes, image: AxesImage, matrix: ConfusionMatrix, *, sizes: Sizes) -> None:
    """Write into each cell how many images it holds, and in a small matrix their share; nothing for none."""
    colours = np.asarray(image.to_rgba(np.ma.asarray(image.get_array())))
    rates = matrix.rates
    for (actual, predicted), count in np.ndenumerate(matrix.counts):
        if not count:
            continue
        rate = f"\n{percent(float(rates[actual, predicted]))}" if sizes.rates else ""
        axes.text(
            predicted,
            actual,
            f"{count}{rate}",
            ha="center",
            va="center",
            fontsize=sizes.numbers,
            color=readable_on(colours[actual, predicted]),
        )


def draw_scale(figure: Figure, image: AxesImage, *, sizes: Sizes, normalise: bool) -> None:
    """Draw the colour scale to the right of the matrix."""
    scale = figure.colorbar(image, cax=figure.add_axes((1 + 0.15 / sizes.side, 0, 0.14 / sizes.side, 1)))
    scale.outline.set_visible(False)
    if normalise:
        shares = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1)
        scale.set_ticks(shares, labels=[f"{100 * share:.0f} %" for share in shares])
        scale.set_label("share of the actual class", fontsize=0.8 * sizes.heading)
    else:
        scale.locator = MaxNLocator(5, integer=True)
        scale.set_label("images", fontsize=0.8 * sizes.heading)
    scale.ax.tick_params(labelsize=0.7 * sizes.heading, length=2)


def readable_on(colour: NDArray[np.float64]) -> str:
    """Return black or white, whichever stands out more by WCAG 2's contrast ratio on an sRGB colour in [0, 1]."""
    red, green, blue = np.where(colour[:3] <= 0.04045, colour[:3] / 12.92, ((colour[:3] + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def installed(families: tuple[str, ...]) -> list[str]:
    """Return the font families that matplotlib finds on this machine."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return [family for family in families if family in known]


def glyphs_of(families: list[str]) -> frozenset[int]:
    """Return the code points that these fonts can draw."""
    paths = [font_manager.findfont(family) for family in families]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


def drawable_names(classes: tuple[str, ...], *, glyphs: frozenset[int]) -> list[str]:
    """Return class names as they are drawn."""
    shown = shown_names(classes, width=28)
    return [drawable(name, label=label, glyphs=glyphs) for label, name in enumerate(shown)]


def drawable(name: str, *, label: int, glyphs: frozenset[int]) -> str:
    """Return a name with boxes for characters that can't be drawn; where no letter is left, a name by its label."""
    shown = "".join(character if ord(character) in glyphs else "□" for character in name)
    return shown if any(character.isalnum() for character in shown) or shown == name else f"class {label}"
