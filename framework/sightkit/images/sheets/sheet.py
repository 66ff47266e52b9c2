"""Sheets: pictures in labelled rows, drawn with Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from sightkit.images.sheets.lettering import Lettering

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 24
GAP = 6
LABEL_WIDTH = 170
BLOCK_GAP = 36
TEXT = 14
SMALL = 11
LINE, SMALL_LINE = 18, 15
INK, FAINT, FRAME, PAPER = "#1a1a1a", "#6b6b6b", "#dddddd", "#ffffff"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a sheet.

    Attributes:
        pixels: uint8 of shape ``(height, width, 1 or 3)``; ``None`` for an empty place.
        caption: What stands below it, in lines.
    """

    pixels: NDArray[np.uint8] | None
    caption: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: what stands on its left, in one line and a smaller one below it, and its pictures."""

    label: str
    note: str
    pictures: Sequence[Picture]


def draw_sheet(
    rows: Sequence[Row], *, title: str, note: str = "", headings: Sequence[str] = (), side: int = 96
) -> Image.Image:
    """Return a sheet of pictures. Many rows stand in several columns, so that it is about as high as it is wide.

    Args:
        rows: At least one.
        title: The line on top.
        note: A smaller line below it.
        headings: What stands above the pictures of a row, by place.
        side: Pictures are at most so many pixels wide and high. Smaller ones are enlarged by a whole factor, so that
            their pixels can be seen.
    """
    side = whole_side(rows, side)
    lines = max(len(picture.caption) for row in rows for picture in row.pictures)
    size = Size(
        pictures=max(len(row.pictures) for row in rows),
        side=side,
        row_height=side + GAP + SMALL_LINE * lines,
        top=MARGIN + 2 * LINE + 12 + LINE * bool(headings),
    )
    columns = size.columns(len(rows))
    per_column = math.ceil(len(rows) / columns)
    paper = Paper(size.whole(columns, per_column))
    width = paper.image.width - 2 * MARGIN
    paper.words.write(paper.draw, (MARGIN, MARGIN), title, width=width, colour=INK, anchor="lt")
    paper.small.write(paper.draw, (MARGIN, MARGIN + LINE + 4), note, width=width, colour=FAINT, anchor="lt")
    for index, row in enumerate(rows):
        column, place = divmod(index, per_column)
        left, top = MARGIN + column * (size.block_width + BLOCK_GAP), size.top + place * size.row_height
        paper.put_row(row, left=left, top=top, side=side)
        for number, heading in enumerate(headings if place == 0 else ()):
            at = (left + LABEL_WIDTH + number * (side + GAP) + side / 2, top - GAP)
            paper.small.write(paper.draw, at, heading, width=side, colour=FAINT, anchor="ms")
    return paper.image


class Paper:
    """What a sheet is drawn on.

    Args:
        size: Width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.image = Image.new("RGB", size, PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.words, self.small = Lettering(TEXT), Lettering(SMALL)

    def put_row(self, row: Row, *, left: int, top: int, side: int) -> None:
        """Draw a row: its label, then its pictures."""
        width, middle = LABEL_WIDTH - 12, top + side / 2
        self.words.write(self.draw, (left, middle - 9), row.label, width=width, colour=INK, anchor="lm")
        self.small.write(self.draw, (left, middle + 9), row.note, width=width, colour=FAINT, anchor="lm")
        for number, picture in enumerate(row.pictures):
            self.put_picture(picture, left=left + LABEL_WIDTH + number * (side + GAP), top=top, side=side)

    def put_picture(self, picture: Picture, *, left: int, top: int, side: int) -> None:
        """Draw a picture in the middle of its place, its caption below it."""
        if picture.pixels is not None:
            drawn = fitted(picture.pixels, side)
            x, y = left + (side - drawn.width) // 2, top + (side - drawn.height) // 2
            self.image.paste(drawn, (x, y))
            # Pictures may be as white as the paper.
            self.draw.rectangle((x, y, x + drawn.width - 1, y + drawn.height - 1), outline=FRAME)
        for line, text in enumerate(picture.caption):
            at = (left + side / 2, top + side + 3 + line * SMALL_LINE)
            self.small.write(self.draw, at, text, width=side, colour=FAINT, anchor="mt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The measures of a sheet, in pixels.

    Attributes:
        pictures: How many a row has.
        side: Of a picture.
        row_height: Of a row with what separates it from the next.
        top: Where the first row begins.
    """

    pictures: int
    side: int
    row_height: int
    top: int

    @property
    def block_width(self) -> int:
        """The width of a row."""
        return LABEL_WIDTH + self.pictures * (self.side + GAP) - GAP

    def whole(self, columns: int, rows: int) -> tuple[int, int]:
        """Return the width and height of a sheet with so many columns of so many rows."""
        width = 2 * MARGIN + columns * (self.block_width + BLOCK_GAP) - BLOCK_GAP
        return width, self.top + rows * self.row_height - GAP + MARGIN

    def columns(self, rows: int) -> int:
        """Return the fewest columns that make a sheet at most a third higher than it is wide."""
        for columns in range(1, rows + 1):
            width, height = self.whole(columns, math.ceil(rows / columns))
            if height <= width * 4 / 3:
                return columns
        return rows


def whole_side(rows: Sequence[Row], side: int) -> int:
    """Return what `side` becomes for pictures that are enlarged by a whole factor: they leave no rest."""
    longest = max(max(each.pixels.shape[:2]) for row in rows for each in row.pictures if each.pixels is not None)
    return max(side // longest * longest, side // 2) if longest <= side else side


def fitted(pixels: NDArray[np.uint8], side: int) -> Image.Image:
    """Return a picture that fits into a square: reduced smoothly, or enlarged by a whole factor."""
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels)).convert("RGB")
    longest = max(image.size)
    if longest > side:
        width, height = (max(1, round(length * side / longest)) for length in image.size)
        return image.resize((width, height), Image.Resampling.LANCZOS)
    factor = side // longest
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
