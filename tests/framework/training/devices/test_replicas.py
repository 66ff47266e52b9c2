"""The replicas of a training: two logical processors in a process of their own, beside one device there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from sightkit import PluginError
from sightkit.errors import WorkerLostError
from sightkit.training.devices.replicas import Replicas, worker_number

PROGRAM = """
import json, sys
import numpy as np
import tensorflow as tf

processor, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

import keras
import sightkit
from safetensors.numpy import load_file
from sightkit.training.devices.distribution import choose_strategy
from sightkit.training.devices.replicas import Replicas

told = {}
replicas = Replicas(choose_strategy("mirrored", 2))
run, local = replicas.strategy.run, replicas.strategy.experimental_local_results
told["count"] = [replicas.count, replicas.workers, replicas.worker]
told["auto"] = choose_strategy("auto", 2) is replicas.strategy, Replicas(choose_strategy("auto", None)).count

# In the graph of a step
told["shares"] = {}
for size in range(2, 9):
    shares = tf.function(lambda rows: local(run(replicas.share, args=(rows,))))(tf.range(size))
    told["shares"][size] = [share.numpy().tolist() for share in shares]

def totals():
    number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)
    one, nothing, two = replicas.total([number + 1.0, None, tf.stack([number, 5.0])])
    assert nothing is None
    return one, two, replicas.total(replicas.once([tf.constant(0.1), None]))[0]

told["totals"] = [[each.numpy().tolist() for each in local(value)] for value in tf.function(lambda: run(totals))()]

# Between calls
with replicas.scope():
    keras.utils.set_random_seed(1)
    statistic = keras.Variable(np.zeros(2, np.float32), trainable=False)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5, seed=3), keras.layers.Dense(2)])
outside = keras.Variable(np.zeros(2, np.float32))
told["held"] = [replicas.hold(each) for each in (statistic, *model.variables, outside)]
before = [replicas.values(variable)[0] for variable in model.variables]
replicas.set_seeds_apart(model)
told["moved"] = [
    [int(np.abs(value.astype(np.int64) - old.astype(np.int64)).sum()) for value in replicas.values(variable)]
    for variable, old in zip(model.variables, before)
]
replicas.assign(statistic, [np.float32([1, 2]), np.float32([3, 6])])
told["assigned"] = [value.tolist() for value in replicas.values(statistic)]
replicas.averaging([statistic])()
told["averaged"] = [value.tolist() for value in replicas.values(statistic)]

# Training
def network(synchronized, dropout):
    def build(task):
        layers = keras.layers
        return keras.Sequential([
            keras.Input(task.image_shape),
            layers.Conv2D(4, 3, strides=2, kernel_regularizer=keras.regularizers.L2(1e-3)),
            layers.BatchNormalization(momentum=0.8, synchronized=synchronized),
            layers.ReLU(),
            layers.Conv2D(4, 3),
            layers.Flatten(),
            layers.Dropout(dropout),
            layers.Dense(task.num_classes),
        ])
    return build

generator = np.random.default_rng(0)
labels = np.arange(95) % 3
images = (generator.integers(0, 150, (95, 8, 8)) + 30 * labels[:, None, None]).astype(np.uint8)
source = sightkit.ArraySource(images, labels, classes=["dark", "dim", "light"])
EXPERIMENT = {
    "split": {"validation": 0.2, "test": 0.2},
    "augmentations": [{"use": "shift"}, {"use": "mixup"}],
    "optimizer": {"use": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    "training": {
        "batch_size": 13,
        "accumulate": 2,
        "clip_norm": 0.5,
        "ema": 0.8,
        "class_weights": "balanced",
        "stages": [{"epochs": 3, "layer_decay": 0.5}],
    },
    "metrics": [], "reports": [],
}

def train(name, distribution, *, synchronized=True, dropout=0.0):
    experiment = sightkit.load(EXPERIMENT, dataset=source, architecture=network(synchronized, dropout))
    changes = {"training.distribution": distribution, "training.replicas": 2 if distribution == "mirrored" else 1}
    done = experiment.override(changes).run(runs_dir=sys.argv[1])
    values = load_file(max((done.path / "checkpoints").iterdir()))
    told[name] = {
        "history": done.history,
        "weights": [value.tolist() for key, value in sorted(values.items()) if value.dtype == np.float32],
        "apart": [[value.dtype.kind, list(value.shape)] for key, value in values.items() if key.count("/") > 1],
    }

train("one", "none")
train("mirrored", "mirrored")
train("apart", "mirrored", synchronized=False, dropout=0.5)
json.dump(told, open(sys.argv[2], "w"))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program found out."""
    folder = tmp_path_factory.mktemp("replicas")
    (folder / "program.py").write_text(PROGRAM)
    subprocess.run([sys.executable, "program.py", "runs", "told.json"], cwd=folder, check=True)
    document: dict[str, Any] = json.loads(Path(folder / "told.json").read_text())
    return document


def test_two_logical_processors_are_two_replicas(told):
    assert told["count"] == [2, 1, 0]
    assert told["auto"] == [True, 1], "several replicas are mirrored, and one strategy serves all who ask"


def test_each_replica_has_a_share_and_all_shares_are_the_batch(told):
    for size, shares in told["shares"].items():
        assert all(shares), "no share is empty"
        assert [row for share in shares for row in share] == list(range(int(size)))


def test_totals_are_equal_on_all_replicas_and_what_is_handed_over_once_counts_once(told):
    assert told["totals"] == [[3.0, 3.0], [[1.0, 10.0]] * 2, [float(np.float32(0.1))] * 2]


def test_what_was_made_outside_of_the_scope_is_on_no_replica(told):
    assert told["held"] == [True, True, True, True, False]


def test_random_layers_draw_apart_and_nothing_else_differs(told):
    assert [first for first, _ in told["moved"]] == [0, 0, 0]
    assert sorted(second for _, second in told["moved"])[:2] == [0, 0], "the weights are equal"
    assert max(second for _, second in told["moved"]) > 0


def test_variables_have_values_on_each_replica_and_their_mean_after_averaging(told):
    assert told["assigned"] == [[1, 2], [3, 6]]
    assert told["averaged"] == [[2, 4], [2, 4]]


def test_mirrored_training_computes_what_one_device_does_and_all_replicas_the_same(told):
    one, mirrored = told["one"], told["mirrored"]
    for row, other in zip(one["history"], mirrored["history"], strict=True):
        assert row["loss"] == pytest.approx(other["loss"], rel=1e-5)
        assert row["validation_loss"] == pytest.approx(other["validation_loss"], rel=1e-4)
    for first, second in zip(one["weights"], mirrored["weights"], strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-5)
    assert mirrored["apart"] == []


def test_replicas_differ_in_the_draws_of_dropout_only(told):
    assert told["apart"]["apart"], "each drops features of its own"
    assert all(kind in "iu" and shape == [2] for kind, shape in told["apart"]["apart"])


# One process alone ---------------------------------------------------------------------------------------------------


def test_one_device_shares_with_nobody():
    replicas, rows = Replicas(), tf.range(3)
    assert (replicas.count, replicas.workers, replicas.is_chief) == (1, 1, True)
    assert replicas.share(rows) is rows
    assert replicas.total([rows, None]) == replicas.once([rows, None]) == [rows, None]
    assert replicas.any(True, False) == [True, False]
    assert replicas.chiefs({"accuracy": 0.5}) == {"accuracy": 0.5}


@pytest.mark.parametrize(
    ("tasks", "kind", "index", "number"),
    [
        ({"worker": ["a:1", "b:1"]}, "worker", 0, 0),
        ({"worker": ["a:1", "b:1"]}, "worker", 1, 1),
        ({"chief": ["a:1"], "worker": ["b:1", "c:1"]}, "chief", 0, 0),
        ({"chief": ["a:1"], "worker": ["b:1", "c:1"]}, "worker", 1, 2),
    ],
)
def test_workers_are_numbered_from_the_chief_on(tasks, kind, index, number):
    spec = tf.train.ClusterSpec(tasks)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(spec, task_type=kind, task_id=index)
    assert worker_number(resolver) == number


def fail(error: Exception) -> None:
    """Fail as a plugin does whose code has met an error of TensorFlow's."""
    message = "the architecture failed"
    raise PluginError(message) from error


def test_a_lost_worker_is_told_whatever_was_made_of_it_on_its_way():
    replicas = Replicas()
    replicas.workers = 2
    with pytest.raises(WorkerLostError, match="another worker") as caught, replicas.telling_lost_workers():
        fail(tf.errors.UnavailableError(None, None, "connection reset"))
    assert caught.value.exit_code == 5
    with pytest.raises(PluginError), replicas.telling_lost_workers():
        fail(tf.errors.InvalidArgumentError(None, None, "wrong shape"))


def test_nobody_is_lost_where_nobody_else_is():
    with pytest.raises(PluginError), Replicas().telling_lost_workers():
        fail(tf.errors.UnavailableError(None, None, "a file server is gone"))
