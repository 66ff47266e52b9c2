"""What the journal promises."""

import json
import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from sightkit_lab._weight_norm import WeightNorm
from sightkit_lab.journal import Journal, JournalParams


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_resumed_run_goes_on_counting_its_seconds(tmp_path):
    run = SimpleNamespace(path=tmp_path)
    first, second = Journal(JournalParams()), Journal(JournalParams())
    first.sightkit_epoch_ended(run, 1, {"seconds": 2.0, "loss": 0.5})
    second.restore(json.loads(json.dumps(first.state())))
    second.sightkit_epoch_ended(run, 2, {"seconds": 3.0, "loss": math.nan})
    written = lines(tmp_path / "journal.jsonl")
    assert [line["seconds"] for line in written] == [2, 5]
    assert [line["loss"] for line in written] == [0.5, None]


def test_runs_may_share_a_file(tmp_path):
    for name in ("one", "two"):
        run = SimpleNamespace(path=tmp_path / name)
        Journal(JournalParams(file=tmp_path / "all.jsonl")).sightkit_run_failed(run, ValueError("no\nluck"))
    written = lines(tmp_path / "all.jsonl")
    assert [line["run"] for line in written] == [str(tmp_path / "one"), str(tmp_path / "two")]
    assert {line["error"] for line in written} == {"ValueError: no\nluck"}


def test_the_callback_measures_all_trainable_weights_together():
    norm = WeightNorm()
    norm.set_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]))
    norm.model.set_weights([np.array([[1.0, 2.0], [4.0, 10.0]]), np.array([0.0, 2.0])])
    assert math.isnan(norm.value)
    norm.on_epoch_end(0)
    assert norm.value == pytest.approx(math.sqrt(125))
