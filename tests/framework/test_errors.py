"""The errors for users."""

from __future__ import annotations

import pickle

import pytest

from sightkit.errors import DataError, DivergedError, SightkitError
from sightkit.images.findings.finding import RefusedDataError
from sightkit.toml.problems import Problem, TomlError

ERRORS = [
    DataError("no images"),
    DivergedError("not finite", sample_ids=("a", "b")),
    RefusedDataError("alike", ()),
    TomlError([Problem("a.toml", 3, 1, "seed", "expected a number", plugin_failed=True)]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_out_of_a_worker_process_as_it_was(error: SightkitError) -> None:
    error.add_note("while fitting")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.exit_code, vars(copy)) == (str(error), error.exit_code, vars(error))
