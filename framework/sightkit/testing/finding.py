"""What a check finds: that a component keeps its contract, how it breaks it, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check of one component.

    Attributes:
        component: ``plugin/component``.
        kind: Of the component: ``"augmentation"``; or ``"recipe"``.
        check: The check's name: ``"draws from its seeds"``.
        outcome: What came of it.
        expected: Where it failed, what was expected.
        found: Where it failed, what was found instead.
        remedy: Where it failed, what to do.
        reason: Where it was skipped, why.
        seconds: How long it took.
    """

    component: str
    kind: str
    check: str
    outcome: Outcome
    expected: str = ""
    found: str = ""
    remedy: str = ""
    reason: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        about = f"{self.kind} {self.component}: {self.check}"
        if self.outcome is Outcome.FAILED:
            return f"{about}\n  expected: {self.expected}\n  found:    {self.found}\n  remedy:   {self.remedy}"
        return f"{about}: {self.outcome}{f' ({self.reason})' if self.reason else ''}"


class NonconformityError(AssertionError):
    """Components break their contract.

    Attributes:
        findings: The checks that failed.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: Sequence[Finding] = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


class BrokenContractError(Exception):
    """Raised by a check: what the contract expects, what was found instead, and how to mend it."""

    def __init__(self, *, expected: str, found: str, remedy: str) -> None:
        super().__init__(f"expected {expected}; found {found}; {remedy}")
        self.expected = expected
        self.found = found
        self.remedy = remedy


class NotApplicableError(Exception):
    """Raised by a check that has nothing to say of this component, with the reason."""
