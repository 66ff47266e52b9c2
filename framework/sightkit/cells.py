"""Cells of CSV files that no spreadsheet takes for more than text."""

from __future__ import annotations

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe is put in front of what looks like one.

    Names of files, folders and classes often come out of a downloaded archive, and ``=HYPERLINK(...)`` runs where it is
    opened; see OWASP on "CSV injection". Numbers such as ``-1`` stay as they are: they do no harm, and are names that
    people use.
    """
    # Spreadsheets in East Asian locales read full-width signs like the narrow ones that NFKC makes of them.
    starts_a_formula = unicodedata.normalize("NFKC", text[:1]).startswith(FORMULA_STARTS)
    return f"'{text}" if starts_a_formula and not is_number(text) else text


def is_number(text: str) -> bool:
    """Say whether text is a plain number."""
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text.strip() == text
