"""Cells of CSV files that no spreadsheet takes for more than text."""

from __future__ import annotations

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe is put in front of what looks like one.

    Names of files and folders often come out of a downloaded archive, and ``=HYPERLINK(...)`` runs where it is opened;
    see OWASP on "CSV injection".
    """
    # Spreadsheets in East Asian locales read full-width signs like the narrow ones that NFKC makes of them.
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]).startswith(FORMULA_STARTS) else text
