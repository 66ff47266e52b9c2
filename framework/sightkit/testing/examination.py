"""A component under all checks of its kind, with every example of its parameters."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sightkit.errors import SightkitError
from sightkit.testing.contract import Check
from sightkit.testing.finding import BrokenContractError, Finding, NotApplicableError, Outcome

INTERNAL = Path(__file__).parent
"""Where the last line of a traceback says nothing about the component."""


class Examination:
    """The checks of one component or recipe; each runs once, and what they build is shared among them.

    Args:
        identity: ``plugin/component``.
        kind: Of the component, or ``"recipe"``.
        checks: In the order in which they make sense.
        subjects: What is checked: the component with each example of its parameters.
    """

    def __init__(self, identity: str, kind: str, checks: Sequence[Check], subjects: Sequence[Any]) -> None:
        self.identity = identity
        self.kind = kind
        self.checks = checks
        self._subjects = subjects
        self._findings: dict[tuple[Check, int], Finding] = {}

    def findings(self) -> Iterator[Finding]:
        """Yield what each check finds."""
        yield from map(self.finding, self.checks)

    def finding(self, check: Check) -> Finding:
        """Return what a check finds: with an example that fails, or else with one that it can say something of."""
        found = [self._with_example(check, number) for number in range(len(self._subjects))]
        order = (Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
        return min(found, key=lambda each: order.index(each.outcome))

    def _with_example(self, check: Check, number: int) -> Finding:
        key = check, number
        if key not in self._findings:
            unmet = (self._with_example(need, number) for need in check.needs)
            missing = next((each for each in unmet if each.outcome is not Outcome.PASSED), None)
            told: dict[str, Any]
            if missing is not None:
                told = {"outcome": Outcome.SKIPPED, "reason": missing.reason or f'"{missing.check}" failed'}
            else:
                told = come_of(check, self._subjects[number])
            self._findings[key] = Finding(component=self.identity, kind=self.kind, check=check.name, **told)
        return self._findings[key]


def come_of(check: Check, subject: Any) -> dict[str, Any]:
    """Return what came of a check with one example; never raises for what the component does."""
    start = time.perf_counter()
    told: dict[str, Any] = {"outcome": Outcome.PASSED}
    try:
        check.function(subject)
    except NotApplicableError as error:
        told = {"outcome": Outcome.SKIPPED, "reason": str(error)}
    except BrokenContractError as error:
        told = failed(check, subject, expected=error.expected, found=error.found, remedy=error.remedy)
    except (Exception, SystemExit) as error:
        told = failed(check, subject, expected=check.demand, found=what_happened(error), remedy=remedy_for(error))
    return {**told, "seconds": time.perf_counter() - start}


def failed(check: Check, subject: Any, *, expected: str, found: str, remedy: str) -> dict[str, Any]:
    """Return how a check failed, with the example that it failed with, if it depends on one."""
    values = subject.values if check.needs else {}
    given = ", ".join(f"{key} = {value!r}" for key, value in values.items())
    told = f"{found} (with {given})" if given else found
    return {"outcome": Outcome.FAILED, "expected": expected, "found": told, "remedy": remedy}


def what_happened(error: BaseException) -> str:
    """Return what was raised, in a line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def remedy_for(error: BaseException) -> str:
    """Return what to do about an error that no check foresaw, with the place in the component's code that raised it."""
    origin: BaseException = error
    while isinstance(origin, SightkitError) and origin.__cause__ is not None:
        origin = origin.__cause__
    frames = traceback.extract_tb(origin.__traceback__)
    places = [frame for frame in frames if not Path(frame.filename).is_relative_to(INTERNAL)]
    where = f"; it was raised at {places[-1].filename}:{places[-1].lineno}" if places else ""
    return f"mend what the error says{where}"
