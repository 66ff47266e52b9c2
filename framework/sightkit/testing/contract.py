"""What components of a kind are held to: checks, in the order in which they make sense."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

CheckFunction: TypeAlias = Callable[[Any], None]
"""Looks at one thing that a contract demands of a `Subject`, or of a `RecipeSubject`.

Its name says what the component does when all is well, and the first line of its docstring demands it in a sentence. It
raises `BrokenContractError`, or `NotApplicableError` where it has nothing to say of this component.
"""


@dataclass(frozen=True)
class Check:
    """One check, with those that must have passed for it to make sense."""

    function: CheckFunction
    needs: tuple[Check, ...] = ()

    @property
    def name(self) -> str:
        """What messages and tests call it: ``"draws from its seeds"``."""
        return self.function.__name__.replace("_", " ")

    @property
    def demand(self) -> str:
        """The sentence that the component must make true."""
        return (self.function.__doc__ or self.name).split("\n")[0].rstrip(".")


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The checks of one kind.

    Attributes:
        first: What everything else rests on, one after the other: that it can be built, that it works at all.
        then: What is looked at once these hold, each by itself.
    """

    first: tuple[CheckFunction, ...]
    then: tuple[CheckFunction, ...]

    def checks(self, after: tuple[Check, ...]) -> Iterator[Check]:
        """Yield the checks, which make sense once others have passed."""
        needs = after
        for function in self.first:
            check = Check(function, needs)
            needs = (*needs, check)
            yield check
        for function in self.then:
            yield Check(function, needs)
