"""The working directory, which belongs to the whole process: no component may change it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sightkit.testing.finding import BrokenContractError


@contextmanager
def staying() -> Iterator[None]:
    """Refuse a change of the working directory inside, and put it back.

    Raises:
        BrokenContractError: it has changed.
    """
    before = working_directory()
    try:
        yield
        if (after := working_directory()) != before:
            raise BrokenContractError(
                expected="the working directory to be the same afterwards",
                found=f"it is {after or 'one that does not exist any more'}",
                remedy="open files by their whole paths, without os.chdir: the directory belongs to the whole process",
            )
    finally:
        if before and working_directory() != before:
            os.chdir(before)


def working_directory() -> str:
    """Return the working directory; nothing if it does not exist any more."""
    try:
        return os.getcwd()  # noqa: PTH109 - it may be gone
    except FileNotFoundError:
        return ""
