"""A component under all checks of its kind, with every example of its parameters."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from traceback import FrameSummary
from typing import Any

from sightkit.errors import PluginError, SightkitError
from sightkit.testing.contract import Check
from sightkit.testing.finding import BrokenContractError, Finding, NotApplicableError, Outcome
from sightkit.testing.limit import USUAL, Limit
from sightkit.testing.staying import staying
from sightkit.testing.subject import Subject
from sightkit.testing.watching import Watch, watching

LONGEST = 600
"""As much of what a library says as helps: in letters."""


class Examination:
    """The checks of one component or recipe; each runs once, and what they build is shared among them.

    Args:
        identity: ``plugin/component``.
        kind: Of the component, or ``"recipe"``.
        checks: In the order in which they make sense.
        subjects: What is checked: the component with each example of its parameters.
        limit: What each check may take.
    """

    def __init__(
        self, identity: str, kind: str, checks: Sequence[Check], subjects: Sequence[Any], *, limit: Limit = USUAL
    ) -> None:
        self.identity = identity
        self.kind = kind
        self.checks = checks
        self._subjects = subjects
        self._limit = limit
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
            if missing is not None:
                told = {"outcome": Outcome.SKIPPED, "reason": missing.reason or f'"{missing.check}" failed'}
            else:
                told = self._come_of(check, self._subjects[number])
            self._findings[key] = self._found(check, told)
        return self._findings[key]

    def _found(self, check: Check, told: dict[str, Any]) -> Finding:
        return Finding(component=self.identity, kind=self.kind, check=check.name, **told)

    def _come_of(self, check: Check, subject: Any) -> dict[str, Any]:
        """Return what came of a check with one example, within its time."""
        seconds, end = self._limit.seconds, self._limit.stuck
        start = time.perf_counter()
        told: dict[str, Any] = {}

        def stuck(watch: Watch) -> None:
            if end is not None:
                end(self._found(check, overrun(check, subject, watch, seconds)))

        with watching(seconds, stuck=None if end is None else stuck) as watch:
            told = come_of(check, subject)
        if watch.stacks:  # whatever the component made of being interrupted
            told = overrun(check, subject, watch, seconds)
        return {**told, "seconds": time.perf_counter() - start}


def come_of(check: Check, subject: Any) -> dict[str, Any]:
    """Return what came of a check with one example; never raises for what the component does."""
    try:
        with staying():
            check.function(subject)
    except NotApplicableError as error:
        return {"outcome": Outcome.SKIPPED, "reason": str(error)}
    except BrokenContractError as error:
        found, remedy = error.found, error.remedy
        raised = None if error.__cause__ is None else origin_of(error.__cause__)
        if raised is not None and (line := line_of(raised, subject)):
            found, remedy = what_happened(raised), f"mend what was raised at {line}, or {remedy}"
        return failed(check, subject, expected=error.expected, found=found, remedy=remedy)
    except (Exception, SystemExit) as error:
        raised = origin_of(error)
        line = line_of(raised, subject)
        remedy = f"mend what was raised at {line}" if line else "mend what the error says"
        return failed(check, subject, expected=check.demand, found=what_happened(raised), remedy=remedy)
    return {"outcome": Outcome.PASSED}


def overrun(check: Check, subject: Any, watch: Watch, seconds: float) -> dict[str, Any]:
    """Return how a check failed that came to no end, with the line that it was at."""
    own = [line for stack in watch.stacks if (line := own_line(stack, subject))]
    last = watch.stacks[0][-1]
    where = own[0] if own else f"{last.filename}:{last.lineno}, called from no line of the component's own"
    return failed(
        check,
        subject,
        expected=f"an end within {seconds:g} seconds",
        found=f"it was still at {where}",
        remedy="wait for nothing that may never come, and give loops and downloads an end; if it is only slow, give an "
        "example with less to do, or more time: --timeout SECONDS, or sightkit_timeout in the configuration of pytest",
    )


def failed(check: Check, subject: Any, *, expected: str, found: str, remedy: str) -> dict[str, Any]:
    """Return how a check failed, with the example that it failed with, if it depends on one."""
    values = subject.values if check.needs else {}
    given = ", ".join(f"{key} = {value!r}" for key, value in values.items())
    found = " ".join(found.split())  # Keras and TensorFlow use several lines
    if len(found) > LONGEST:
        found = f"{found[:LONGEST]}..."
    told = f"{found} (with {given})" if given else found
    return {"outcome": Outcome.FAILED, "expected": expected, "found": told, "remedy": remedy}


def what_happened(error: BaseException) -> str:
    """Return what was raised."""
    return f"{type(error).__name__}: {error}"


def origin_of(error: BaseException) -> BaseException:
    """Return what was raised before sightkit told whose mistake it is; what a component refuses stays in its words."""
    # TensorFlow raises what comes through a compiled function again, from None.
    while isinstance(error, PluginError) and (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


def line_of(error: BaseException, subject: Any) -> str:
    """Return the line of the component's own code that an error came through last; empty if sightkit raised it."""
    if isinstance(error, SightkitError):
        return ""
    return own_line(traceback.extract_tb(error.__traceback__), subject)


def own_line(frames: Iterable[FrameSummary], subject: Any) -> str:
    """Return the last line of the component's own code among frames; empty if there is none."""
    file = subject.file if isinstance(subject, Subject) else None
    own = [frame for frame in frames if file is not None and Path(frame.filename).parent == file.parent]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""
