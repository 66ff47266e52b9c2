"""What was found out about a dataset before the first epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sightkit.errors import DataError

FindingKind: TypeAlias = Literal[
    "nothing-to-train-on",
    "bad-image",
    "wrong-extension",
    "absent-class",
    "class-imbalance",
    "duplicate-across-splits",
    "duplicate-under-two-labels",
    "near-duplicate",
]

LISTED = 100
"""How many cases of a finding a message lists."""

NAMED = 5
"""How many images of a case it names."""


@dataclass(frozen=True, slots=True)
class Case:
    """One occurrence of a finding.

    Attributes:
        images: The ids of the images it is about.
        detail: What there is to say of them; of a bad image its path or id stands there already.
    """

    images: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that was found out about a dataset, with everything it was found of.

    Attributes:
        kind: What it is.
        refused: Whether the data is refused because of it; otherwise it is a warning.
        summary: What was found, in a sentence without its full stop: ``"3 of 70 images cannot be decoded"``.
        remedy: What to do about it, as the end of a sentence: ``"replace or remove them"``.
        cases: Every occurrence.
    """

    kind: FindingKind
    refused: bool
    summary: str
    remedy: str
    cases: tuple[Case, ...]

    def line(self, case: Case) -> str:
        """Return a case in one line, whatever is in a name."""
        more = f" and {len(case.images) - NAMED:,} more" if len(case.images) > NAMED else ""
        names = "" if self.kind == "bad-image" else ", ".join(case.images[:NAMED]) + more
        return "\\n".join(": ".join(filter(None, (names, case.detail))).splitlines())

    def document(self) -> dict[str, Any]:
        """Return the finding as it stands in data.json."""
        return {
            "kind": self.kind,
            "refused": self.refused,
            "summary": self.summary,
            "remedy": self.remedy,
            "cases": [{"images": list(case.images), "detail": case.detail} for case in self.cases],
        }


class RefusedDataError(DataError):
    """The data is refused for what was found out about it.

    Attributes:
        findings: All of it.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(message)
        self.findings = findings


def refusal(findings: Iterable[Finding]) -> str:
    """Return the message for data that is refused: what it is refused for case by case, then each warning in a line."""
    findings = tuple(findings)
    lines: list[str] = []
    for finding in findings:
        if finding.refused:
            lines.append(f"{finding.summary}{':' if finding.cases else '.'}")
            lines += [f"  {finding.line(case)}" for case in finding.cases[:LISTED]]
            if len(finding.cases) > LISTED:
                lines.append(f"  and {len(finding.cases) - LISTED:,} more; `sightkit data` writes all into data.json")
            lines.append(f"{finding.remedy[:1].upper()}{finding.remedy[1:]}.")
    lines += [f"Also: {finding.summary}." for finding in findings if not finding.refused]
    return "\n".join(lines)


def table_rows(findings: Iterable[Finding]) -> list[list[str]]:
    """Return the rows of a table of findings, refused ones first: what was found, how often, an example, the remedy."""
    return [
        [
            finding.summary,
            f"{len(finding.cases):,}",
            finding.line(finding.cases[0]) if finding.cases else "",
            finding.remedy,
        ]
        for finding in sorted(findings, key=lambda finding: not finding.refused)
    ]
