"""How the command line ends when what it prints goes nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = [["--help"], ["components"], ["show", "digits"], ["check", "digits"]]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_reader_that_has_seen_enough_is_no_error(words: list[str], home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sightkit", *words], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("words", [["--version"], ["show", "digits"], ["check", "digits"]], ids=" ".join)
def test_output_that_finds_no_room_is_an_error_without_a_traceback(words: list[str], home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sightkit", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 5
    assert done.stderr == (
        "error: standard output cannot be written: No space left on device; what is there of it is not all\n"
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_one_that_nobody_reads(closed: str, home: Path) -> None:
    command = f"{sys.executable} -m sightkit check digits {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("" if ">&-" in closed.split() else "digits: ok\n")
