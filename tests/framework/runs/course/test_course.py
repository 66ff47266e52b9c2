"""A training that was interrupted or killed anywhere ends, once resumed, as if nothing had happened."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sightkit
from interruptions import Watcher, plain, results
from plugin_source import plugin_source
from sightkit.api import resume
from sightkit.errors import InterruptedRunError

pytestmark = pytest.mark.usefixtures("one_step_a_call")
STEPS = 6

RICH: dict[str, Any] = {
    "augmentations": [{"use": "shift"}, {"use": "mixup"}],
    "optimizer": {"use": "adamw", "learning_rate": 0.02},
    "schedule": {"use": "cosine", "warmup_epochs": 0.5},
    "training__stages": [
        {"epochs": 3, "freeze": "backbone"},
        {"epochs": 8, "optimizer": {"learning_rate": 0.01}, "layer_decay": 0.5},
    ],
    "training__ema": 0.9,
    "training__clip_norm": 1.0,
    "training__accumulate": 2,
    "training__early_stopping": {"patience": 3, "monitor": "loss", "min_improvement": 0.05},
    "training__plateau": {"patience": 1, "monitor": "loss", "min_improvement": 0.05},
}
STAGES = [{"epochs": 2}, {"epochs": 2}]


def test_a_rich_training_that_is_interrupted_again_and_again_ends_as_if_it_had_not_been(load, leave, tmp_path) -> None:
    experiment = load(**RICH)
    expected = experiment.run(runs_dir=tmp_path / "alone")
    stages = [row["stage"] for row in expected.history]
    assert stages[0] == 1
    assert 3 < len(stages) < 11, "early stopping ended the second stage, and only that"
    watcher = Watcher()
    for place in ((1, 1, 1), (1, 2, STEPS), (1, 3, 4), (2, 2, STEPS - 1)):
        watcher.stop_at = place
        folder = leave(experiment, watcher)
    run = experiment.go_on(folder, display=watcher)
    assert results(run) == results(expected)
    assert any("the learning rate is now 0.3 of the schedule's" in note for note in watcher.notes)
    assert [entry["exact"] for entry in run.manifest["resumed"]] == [True] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": {"use": "adam", "weight_decay": 0.1}, "training__decay": "all"},
        {"optimizer": {"use": "sgd", "momentum": 0.9}, "split__validation": 0.0, "training__ema": 0.5},
        {"images__memory": 1e-9, "training__sampling": "balanced", "training__class_weights": "balanced"},
    ],
    ids=["adam with decay", "nothing to validate on", "streamed"],
)
def test_others_do_so_too(load, leave, tmp_path, changes) -> None:
    experiment = load(**changes, training__epochs=2)
    expected = results(experiment.run(runs_dir=tmp_path / "alone"))
    for place in ((1, 1, 4), (1, 2, 2)):
        folder = leave(experiment, Watcher(stop_at=place))
    assert results(experiment.go_on(folder)) == expected


def test_one_that_was_killed_goes_on_from_the_last_checkpoint(load, leave, tmp_path) -> None:
    experiment = load(training__stages=STAGES, training__checkpoints={"every_steps": 4})
    expected = results(experiment.run(runs_dir=tmp_path / "alone"))
    for place, step in (((1, 1, 5), 4), ((1, 2, 1), 6), ((1, 2, 6), 10), ((2, 1, 2), 12), ((2, 2, 6), 22)):
        folder = leave(experiment, Watcher(end_at=place))
        assert max((folder / "checkpoints").glob("*.safetensors")).stem == f"{step:09d}"
    run = experiment.go_on(folder)
    assert results(run) == expected
    assert [entry["checkpoint"] for entry in run.manifest["resumed"]] == [
        f"{step:09d}.safetensors" for step in (4, 6, 10, 12, 22)
    ]
    assert "error" not in run.manifest


def test_one_that_was_killed_before_its_first_checkpoint_starts_from_the_beginning(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(end_at=(1, 1, 3)))
    watcher = Watcher()
    run = experiment.go_on(folder, display=watcher)
    assert watcher.notes == ["there is no checkpoint: training starts from the beginning"]
    assert results(run) == results(experiment.run(runs_dir=tmp_path / "alone"))
    assert run.manifest["resumed"][-1]["checkpoint"] is None
    assert run.manifest["resumed"][-1]["exact"] is True


def test_one_that_was_killed_while_it_was_judged_trains_no_more(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(end_at="validation"))
    watcher = Watcher()
    run = experiment.go_on(folder, display=watcher)
    assert watcher.now is None, "no step was done"
    assert results(run) == results(experiment.run(runs_dir=tmp_path / "alone"))


def test_what_a_killed_process_left_half_written_is_removed(load, leave) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(end_at=(1, 1, 3)))
    for name in ("checkpoints/.000000003.safetensors.0f.tmp", ".manifest.json.1f.tmp"):
        (folder / name).write_bytes(b"half")
    run = experiment.go_on(folder)
    assert not list(run.path.rglob(".*"))


def test_run_with_resume_goes_on_with_what_has_not_finished_and_starts_anew_otherwise(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(stop_at=(1, 1, 3)))
    assert experiment.run(runs_dir=tmp_path, resume=True).path == folder
    assert experiment.run(runs_dir=tmp_path, resume=True).path != folder


def test_a_run_goes_on_from_its_folder_alone(tmp_path) -> None:
    values = {"dataset": {"use": "digits"}, "architecture": {"filters": [4]}, "metrics": [], "reports": []}
    experiment = sightkit.load({**values, "training": {"epochs": 1, "batch_size": 512}})
    watcher = Watcher(stop_at=(1, 1, 1))
    with pytest.raises(
        InterruptedRunError, match=r"stopped in stage 1, epoch 1, .*; to go on: sightkit resume "
    ) as caught:
        experiment.run(runs_dir=tmp_path / "runs", stop=watcher.stop, display=watcher)
    assert caught.value.exit_code == 130
    (folder,) = (tmp_path / "runs" / "experiment").iterdir()
    assert sightkit.Run(folder).state == "interrupted"
    run = resume(folder)
    assert run.state == "finished"
    assert results(run) == results(experiment.run(runs_dir=tmp_path / "alone"))


# What must not go on -------------------------------------------------------------------------------------------------


def test_a_run_that_has_finished_is_not_resumed(load, tmp_path) -> None:
    experiment = load(training__epochs=1)
    run = experiment.run(runs_dir=tmp_path)
    with pytest.raises(sightkit.ConfigError, match="this run has finished; there is nothing to go on with"):
        experiment.go_on(run.path)
    with pytest.raises(sightkit.StorageError, match=r"no run here; expected a folder with a manifest\.json"):
        experiment.go_on(tmp_path)


def test_two_processes_cannot_write_one_run(load, leave) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(stop_at=(1, 1, 2)))
    program = f"""
import sys
from pathlib import Path
from sightkit.runs.record.folder import only_writer
with only_writer(Path({str(folder)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], text=True, **pipes) as other:
        assert other.stdout.readline() == "held\n"
        before = (folder / "manifest.json").read_bytes()
        with pytest.raises(sightkit.StorageError, match="another process is at work on this run") as caught:
            experiment.go_on(folder)
        assert caught.value.exit_code == 5
        assert (folder / "manifest.json").read_bytes() == before
        other.communicate("")
    assert experiment.go_on(folder).state == "finished"


# What goes wrong -----------------------------------------------------------------------------------------------------


def test_a_training_without_checkpoints_begins_again(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=2, training__checkpoints={"keep": 0})
    folder = leave(experiment, Watcher(stop_at=(1, 2, 3)))
    assert not [*(folder / "checkpoints").iterdir()]
    watcher = Watcher()
    run = experiment.go_on(folder, display=watcher)
    assert "there is no checkpoint: training starts from the beginning" in watcher.notes
    alone = experiment.run(runs_dir=tmp_path / "alone")
    assert run.manifest["model"] == alone.manifest["model"]
    assert plain(run.history)[-2:] == plain(alone.history)


def damage(path: Path, how: str) -> None:
    """Truncate a file, empty it, or flip a bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes({"flipped": bytes(content), "truncated": content[: len(content) // 2], "empty": b""}[how])


@pytest.mark.parametrize("how", ["flipped", "truncated"])
def test_the_checkpoint_before_a_damaged_one_is_used_and_this_is_told(load, leave, tmp_path, how) -> None:
    experiment = load(training__epochs=2, training__checkpoints={"every_steps": 2})
    folder = leave(experiment, Watcher(end_at=(1, 2, 3)))
    *_, before, newest = sorted((folder / "checkpoints").iterdir())
    damage(newest, how)
    watcher = Watcher()
    run = experiment.go_on(folder, display=watcher)
    (warning,) = watcher.warnings
    assert f"{newest}: this checkpoint is damaged (" in warning
    assert warning.endswith("; one before it is used")
    assert warning in (folder / "log.txt").read_text()
    assert run.manifest["resumed"][-1]["checkpoint"] == before.name
    assert results(run) == results(experiment.run(runs_dir=tmp_path / "alone"))


def test_where_all_are_damaged_training_starts_from_the_beginning(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=2)
    folder = leave(experiment, Watcher(stop_at=(1, 2, 3)))
    for path in (folder / "checkpoints").iterdir():
        damage(path, "empty")
    watcher = Watcher()
    run = experiment.go_on(folder, display=watcher)
    assert len(watcher.warnings) == 2
    assert watcher.notes == ["there is no checkpoint: training starts from the beginning"]
    assert results(run) == results(experiment.run(runs_dir=tmp_path / "alone"))


def test_a_checkpoint_of_another_model_is_refused_with_its_file_and_what_to_do(load, leave) -> None:
    experiment = load(training__epochs=2)
    other = leave(
        load(training__epochs=2, architecture={"use": "basic-cnn", "filters": [5]}), Watcher(stop_at=(1, 2, 3))
    )
    foreign = [path.read_bytes() for path in sorted((other / "checkpoints").iterdir())]
    shutil.rmtree(other)
    folder = leave(experiment, Watcher(stop_at=(1, 2, 3)))
    newest = max((folder / "checkpoints").iterdir())
    newest.write_bytes(foreign[-1])
    with pytest.raises(sightkit.ArtefactError, match=r"remove this file to go on from the one before") as caught:
        experiment.go_on(folder)
    assert str(newest) in str(caught.value)
    newest.unlink()
    assert experiment.go_on(folder).state == "finished"


def test_what_is_no_manifest_is_told_so(load, leave) -> None:
    folder = leave(load(), Watcher(stop_at=(1, 1, 2)))
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(sightkit.StorageError, match=r"manifest\.json: this is no manifest of a run"):
        load().go_on(folder)


def test_a_full_disk_ends_the_run_and_loses_nothing(load, leave, tmp_path) -> None:
    experiment = load(architecture__filters=[16, 32], training__epochs=2)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    watcher = Watcher()

    def fill_up() -> bool:
        if watcher.now == (1, 2, 4):
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # files may not grow further
        return watcher.now == (1, 2, 4)

    try:
        with pytest.raises(sightkit.StorageError, match=r"\.safetensors: cannot be written: File too large") as caught:
            experiment.run(runs_dir=tmp_path, display=watcher, stop=fill_up)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.exit_code == 5
    (folder,) = (tmp_path / "tiny").iterdir()
    assert sightkit.Run(folder).state == "failed"
    assert [path.name for path in (folder / "checkpoints").iterdir()] == [f"{STEPS:09d}.safetensors"]
    assert results(experiment.go_on(folder)) == results(experiment.run(runs_dir=tmp_path / "alone"))


def test_a_training_that_diverges_keeps_the_last_good_checkpoint(load, registry, tmp_path) -> None:
    experiment = load(registry, optimizer={"use": "sgd"}, schedule={"use": "steep"})
    for attempt in range(2):
        with pytest.raises(sightkit.DivergedError) as caught:
            experiment.run(runs_dir=tmp_path, resume=True)
        assert caught.value.exit_code == 4
        (folder,) = (tmp_path / "tiny").iterdir()
        run = sightkit.Run(folder)
        assert run.state == "failed"
        assert len(run.manifest.get("resumed", [])) == attempt
        assert [path.stem for path in (folder / "checkpoints").iterdir()] == [f"{STEPS:09d}"]
        assert not list((folder / "model").iterdir())


# Frozen layers -------------------------------------------------------------------------------------------------------


def test_a_frozen_backbone_keeps_every_variable_and_runs_as_in_use(load, leave, tmp_path) -> None:
    stages = [{"epochs": 1}, {"epochs": 1, "freeze": "backbone", "cache_features": "off"}]
    experiment = load(training__stages=stages, split__validation=0.0)
    folder = leave(experiment, Watcher(stop_at=(2, 1, 1)))
    before = model_variables(folder)
    run = experiment.go_on(folder)
    after = model_variables(folder)
    normal = [name for name, value in before.items() if value.shape == (4,)]
    assert len(normal) == 4, "scale, offset and the two statistics of BatchNorm"
    changed = {name for name, value in before.items() if value.tobytes() != after[name].tobytes()}
    assert not changed & set(normal)
    assert changed, "the head has learned"
    assert run.state == "finished"


def model_variables(folder: Path) -> dict[str, Any]:
    """Return the model's variables in the newest checkpoint of a run."""
    from safetensors.numpy import load_file

    values = load_file(max((folder / "checkpoints").glob("*.safetensors")))
    return {name: value for name, value in values.items() if name.startswith("model/")}


# Those who take part -------------------------------------------------------------------------------------------------

PLUGIN = '''
from sightkit import Schedule

class Told(Params):
    """Where it does something."""
    epoch: int = 0
    batch: int = -1

class Halving:
    """Halves the learning rate when training begins, and takes a tenth off at each epoch; keeps count of batches."""

    def __init__(self, params): self.count, self.begun = 0, 0

    @hookimpl
    def sightkit_callbacks(self, run):
        import keras
        extension = self

        class Halves(keras.callbacks.Callback):
            def scale(self, factor):
                rate = self.model.optimizer.learning_rate
                rate.assign(rate * factor)

            def on_train_begin(self, logs=None):
                extension.begun, extension.count = extension.begun + 1, 0
                self.scale(0.5)

            def on_epoch_begin(self, epoch, logs=None):
                self.batches = 0
                self.scale(0.9)

            def on_train_batch_end(self, batch, logs=None):
                extension.count += 1
                self.batches += 1
                if extension.count % 4 == 0:
                    self.scale(0.7)

        return [Halves()]

    def state(self): return {"count": self.count, "begun": self.begun}
    def restore(self, state): self.count, self.begun = state["count"], state["begun"]

class Stopping:
    def __init__(self, params): self.params = params

    @hookimpl
    def sightkit_callbacks(self, run):
        import keras
        params = self.params

        class Stops(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None): self.epoch = epoch
            def on_train_batch_end(self, batch, logs=None):
                if (self.epoch, batch) == (params.epoch, params.batch): self.model.stop_training = True
            def on_epoch_end(self, epoch, logs=None):
                if params.batch < 0 and epoch == params.epoch: self.model.stop_training = True

        return [Stops()]

class Clumsy:
    @hookimpl
    def sightkit_epoch_ended(self, run): pass
    def state(self): raise ZeroDivisionError("oops")
    def restore(self, state): pass

class Forgetful:
    @hookimpl
    def sightkit_epoch_ended(self, run): pass

class Onlooker:
    @hookimpl
    def sightkit_run_finished(self, run): pass

def steep(params, task):
    return lambda step: 0.01 if step < 8 else 1e30

@hookimpl
def sightkit_schedules():
    return [Schedule(name="steep", summary="Rises.", params=Nothing, build=steep)]

@hookimpl
def sightkit_extensions():
    makers = {"halving": Halving, "stopping": Stopping, "clumsy": lambda p: Clumsy(),
              "forgetful": lambda p: Forgetful(), "onlooker": lambda p: Onlooker()}
    return [Extension(name=name, summary="For tests.", params=Told, build=lambda params, task, make=make: make(params))
            for name, make in makers.items()]
'''


@pytest.fixture
def registry(tmp_path: Path) -> sightkit.Registry:
    (tmp_path / "plugin.py").write_text(f"# {tmp_path}\n{plugin_source(PLUGIN)}")
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "plugin.py"\n')
    return sightkit.Registry(extra=[tmp_path / "registry.toml"])


def test_a_callback_with_a_state_goes_on_where_it_was(load, leave, registry, tmp_path) -> None:
    experiment = load(registry, extensions=[{"use": "halving"}], training__stages=STAGES)
    expected = results(experiment.run(runs_dir=tmp_path / "alone"))
    # (2, 1, 1) is reached again from the checkpoint between the stages, before which nothing of the second happened.
    for watcher in (Watcher(stop_at=(1, 1, 3)), Watcher(stop_at=(1, 2, 6)), Watcher(end_at=(2, 1, 1))):
        folder = leave(experiment, watcher)
    run = experiment.go_on(folder)
    assert results(run) == expected
    assert all(entry["exact"] for entry in run.manifest["resumed"])


@pytest.mark.parametrize("where", [{"epoch": 1}, {"epoch": 1, "batch": 2}], ids=["with an epoch", "within an epoch"])
def test_a_training_that_a_callback_has_ended_is_not_continued(load, leave, registry, tmp_path, where) -> None:
    extensions = [{"use": "stopping", **where}]
    experiment = load(registry, extensions=extensions, training__epochs=4, training__checkpoints={"every_steps": 1})
    expected = experiment.run(runs_dir=tmp_path / "alone")
    assert len(expected.history) == 2
    last = where.get("batch", STEPS - 1) + 1
    leave(experiment, Watcher(end_at=(1, 2, last)))
    folder = leave(experiment, Watcher(end_at="test"))
    assert results(experiment.go_on(folder)) == results(expected)


@pytest.mark.parametrize(
    ("use", "reason"),
    [("forgetful", "has no state() and restore()"), ("clumsy", "gave no state for the checkpoint"), ("onlooker", None)],
)
def test_the_manifest_names_who_makes_resuming_inexact(load, leave, registry, use, reason) -> None:
    experiment = load(registry, extensions=[{"use": use}], training__epochs=1)
    folder = leave(experiment, Watcher(stop_at=(1, 1, 3)))
    watcher = Watcher()
    entry = experiment.go_on(folder, display=watcher).manifest["resumed"][-1]
    assert entry["exact"] is (reason is None)
    if reason is None:
        assert entry["reasons"] == watcher.warnings == []
    else:
        (told,) = entry["reasons"]
        assert told.startswith(f"extension {use} (from ")
        assert told.endswith(reason)
        assert watcher.warnings[0] == f"this run may end otherwise than it would have, had it gone on: {told}"


def test_another_machine_makes_resuming_inexact_too(load, leave) -> None:
    experiment = load(training__epochs=1)
    folder = leave(experiment, Watcher(stop_at=(1, 1, 3)))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["packages"]["tensorflow"] = "1.0"
    manifest["computing"]["replicas"] = 7
    (folder / "manifest.json").write_text(json.dumps(manifest))
    entry = experiment.go_on(folder).manifest["resumed"][-1]
    assert entry["exact"] is False
    assert entry["reasons"][0] == "computing.replicas was 7 and is 1"
    assert entry["reasons"][1].startswith('packages.tensorflow was "1.0" and is ')


def test_the_history_is_rewound_to_the_checkpoint(load, leave, tmp_path) -> None:
    experiment = load(training__epochs=2)
    folder = leave(experiment, Watcher(stop_at=(1, 2, 2)))
    with (folder / "history.csv").open("a") as file:
        file.write("2,1,0.5,0.")  # as a process leaves it that is killed while it writes
    run = experiment.go_on(folder)
    assert plain(run.history) == plain(experiment.run(runs_dir=tmp_path / "alone").history)
