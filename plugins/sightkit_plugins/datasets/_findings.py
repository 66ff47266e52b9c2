"""Telling everything that is wrong with a file at once."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

LISTED = 20
"""How many findings a message lists."""


def listing(headline: str, findings: Sequence[str], *, remedy: str = "") -> str:
    """Return a message: the headline, a line for each finding, the first few if they are many, and the remedy."""
    lines = [f"{headline}:", *(f"  {finding}" for finding in findings[:LISTED])]
    if len(findings) > LISTED:
        lines.append(f"  and {len(findings) - LISTED:,} more")
    return "\n".join([*lines, remedy] if remedy else lines)


def named(names: Sequence[str]) -> str:
    """Return names for a message: quoted, the first few if they are many."""
    shown = ", ".join(repr(name) for name in names[:LISTED])
    return f"{shown} and {len(names) - LISTED:,} more" if len(names) > LISTED else shown or "none"


def nearest(name: str, names: Sequence[str]) -> str:
    """Return ``; did you mean 'x'?`` with the name that comes nearest, nothing if none does."""
    matches = get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
