"""Sheets of pictures: every picture is there, names of any script can be written, many rows stand in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightkit.images.sheets.sheet import Picture, Row, draw_sheet

if TYPE_CHECKING:
    from PIL import Image

RED = (200, 10, 10)


def picture(shape=(20, 20, 3), colour=RED, **words) -> Picture:
    return Picture(np.full(shape, colour[: shape[2]], np.uint8), **words)


def count(sheet: Image.Image, colour=RED) -> int:
    """How many pixels have a colour."""
    return int((np.asarray(sheet) == colour).all(axis=-1).sum())


def dark(sheet: Image.Image) -> int:
    """How many pixels are nearly black: letters."""
    return int((np.asarray(sheet).max(axis=-1) < 100).sum())


def test_small_pictures_are_enlarged_by_a_whole_factor_and_large_ones_reduced():
    small = draw_sheet([Row("a", "", [picture(), picture()])], title="t", side=90)
    assert count(small) == 2 * 78 * 78  # 80 and the frame around them
    large = draw_sheet([Row("a", "", [picture((300, 150, 3))])], title="t", side=90)
    assert count(large) == pytest.approx(88 * 43, abs=100)


def test_grey_pictures_and_empty_places_can_be_drawn():
    sheet = draw_sheet([Row("a", "", [picture((30, 30, 1), (90, 0, 0)), Picture(None)])], title="t", side=30)
    assert count(sheet, (90, 90, 90)) == 28 * 28


@pytest.mark.parametrize("rows", [1, 2, 20, 200])
def test_a_sheet_is_no_strip_however_many_rows_it_has(rows):
    sheet = draw_sheet([Row(f"class {row}", "", [picture()] * 5) for row in range(rows)], title="t", side=20)
    assert count(sheet) == rows * 5 * 18 * 18
    assert sheet.height <= sheet.width * 1.4


@pytest.mark.parametrize(
    "name", ["cat", "naïve", "Собака", "قطة", "猫", "क्षत्रिय", "😀", "two\nlines\x1b[31m\ud800", "x" * 9999]
)
def test_names_of_any_script_and_length_are_written_beside_their_row(name):
    empty = draw_sheet([Row("", "", [picture()])], title="t")
    named = draw_sheet([Row(name, "", [picture()])], title="t")
    assert named.size == empty.size
    assert dark(named) > dark(empty)
    assert count(named) == count(empty)  # no letter covers a picture


def test_captions_and_headings_make_room_for_themselves():
    plain = draw_sheet([Row("a", "", [picture()])], title="t")
    told = draw_sheet([Row("a", "", [picture(caption=("0.7 cat", "0.3 dog"))])], title="t", headings=["epoch 1"])
    assert told.height > plain.height
    assert count(told) == count(plain)
