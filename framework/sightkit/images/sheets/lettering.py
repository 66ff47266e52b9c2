"""Lettering: names of any script on a picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

DEJAVU = Path("fonts", "ttf", "DejaVuSans.ttf")
"""Comes with matplotlib; Latin, Greek, Cyrillic, Hebrew and Arabic letters."""

LONGEST = 200
"""More characters of a name are never looked at."""


class Lettering:
    """Writes text in one size, each in a font that has its letters, if the machine has one.

    Args:
        size: Height of the letters in pixels.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._fonts: dict[Path, ImageFont.FreeTypeFont] = {}

    def write(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, width: float, colour: str, anchor: str
    ) -> None:
        """Write text, shortened to ``width`` pixels; letters that no font has become a box."""
        text = plain(text)
        font = self._font(self._file_for(text))
        draw.text(at, shortened(text, font, width), font=font, fill=colour, anchor=anchor)

    def _font(self, file: Path) -> ImageFont.FreeTypeFont:
        from PIL import ImageFont

        if file not in self._fonts:
            self._fonts[file] = ImageFont.truetype(str(file), self._size)
        return self._fonts[file]

    def _file_for(self, text: str) -> Path:
        wanted = {ord(letter) for letter in text}
        if wanted <= letters_of(self._usual):
            return self._usual
        return next((file for file in self._installed if wanted <= letters_of(file)), self._usual)

    @cached_property
    def _usual(self) -> Path:
        import matplotlib as mpl

        return Path(mpl.get_data_path()) / DEJAVU

    @cached_property
    def _installed(self) -> list[Path]:
        """The fonts of this machine; only looked for when a name needs them, since it takes time."""
        from matplotlib.font_manager import findSystemFonts

        return sorted(map(Path, findSystemFonts()))


def letters_of(file: Path) -> set[int]:
    """Return the code points that a font has; none for one that can't be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return set(FT2Font(str(file)).get_charmap())
    except (RuntimeError, OSError, ValueError):
        return set()


def plain(text: str) -> str:
    """Return text in one line, without what is no letter: names of classes come from anywhere."""
    return "".join(letters(text[:LONGEST]))


def letters(text: str) -> Iterable[str]:
    """Yield each character, or a mark in the place of one that can't be seen."""
    for character in text:
        seen = unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
        yield character if seen else "\N{REPLACEMENT CHARACTER}"


def shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Return text, cut and with an ellipsis where it is wider than ``width`` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
