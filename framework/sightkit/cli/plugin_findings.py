"""What ``sightkit plugins check`` prints about one component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sightkit.cli.console import print_table, print_text

if TYPE_CHECKING:
    from sightkit.testing import Finding

AS_ABOVE = "as above"


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the checks of one component found: a row each, and below what is to be mended."""
    first = findings[0]
    reasons = told_once([each.reason for each in findings])
    rows = [[each.check, str(each.outcome), reason] for each, reason in zip(findings, reasons, strict=True)]
    print_table(["check", "result", "why"], rows, title=f"{first.kind} {first.component}")
    for finding in findings:
        if finding.outcome == "failed":
            told = {"expected": finding.expected, "found": finding.found, "remedy": finding.remedy}
            print_text("\n".join([f"\n{finding.check}", *(f"  {key:10}{value}" for key, value in told.items())]))
    print_text("")


def told_once(reasons: Sequence[str]) -> list[str]:
    """Return reasons with a word in the place of one that is the same as the last one above it."""
    told, last = [], ""
    for reason in reasons:
        told.append(AS_ABOVE if reason and reason == last else reason)
        last = reason or last
    return told
