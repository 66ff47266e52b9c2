"""What every extension owes: it takes part in a run, writes into its folder only, and its state can be restored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.api import Experiment, load
from sightkit.contracts import ArchitectureTask, ExtensionTask
from sightkit.errors import PluginError, SightkitError
from sightkit.images.arrays import ArraySource
from sightkit.runs.building.build import build
from sightkit.runs.display import Display
from sightkit.runs.extensions import Extensions
from sightkit.testing.checks.place import a_place
from sightkit.testing.checks.report import ODD, PLAIN
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Subject

if TYPE_CHECKING:
    import keras

    from sightkit.runs.record.run import Run

IMAGES_A_CLASS, SIDE = 6, 8


@dataclass(frozen=True)
class Part:
    """What came of a run that the extension took part in.

    Attributes:
        warnings: What was told of the extension's failures.
        errors: What it raised.
        strays: The names of what was written outside of the runs' folder.
        fresh: The states of three extensions that were told of nothing, the last one made after another one had been
            told of the epochs.
        before: The state of an extension that was told of the epochs.
        after: The state of another one, to which that was given.
        forgotten: What was told of failures on the way.
    """

    warnings: Sequence[str]
    errors: Sequence[BaseException]
    strays: Sequence[str]
    fresh: Sequence[Mapping[str, Any]]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    forgotten: Sequence[str]


class Warned(Display):
    """A display that keeps the warnings.

    Attributes:
        warnings: In their order.
        errors: What was raised by those that tell of a failure.
    """

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.errors: list[BaseException] = []

    def warn(self, message: str) -> None:
        """Keep a warning, and the error that is just being handled: a failure is told where it is caught."""
        self.warnings.append(message)
        if (error := sys.exception()) is not None:
            self.errors.append(error)


def tiny_network(task: ArchitectureTask) -> keras.Model:
    """Return a network that is quickly trained."""
    import keras

    images = keras.Input(task.image_shape)
    maps = keras.layers.AveragePooling2D(4)(images)
    return keras.Model(images, keras.layers.Dense(task.num_classes)(keras.layers.Flatten()(maps)))


def experiment_with(subject: Subject, classes: Sequence[str]) -> Experiment:
    """Return an experiment of two short epochs that names the extension."""
    random = np.random.default_rng(0)
    count = IMAGES_A_CLASS * len(classes)
    images = random.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
    labels = np.arange(count) % len(classes)
    ids = [f"{classes[label]}/{row}" for row, label in enumerate(labels.tolist())]
    values = {"name": "conformance", "training": {"epochs": 2, "batch_size": 16}, "reports": []}
    source = ArraySource(images, labels, classes=classes, ids=ids)
    experiment = load(values, dataset=source, architecture=tiny_network, registry=subject.registry)
    # As if its table named the extension: that may be in no registry, and its parameters are validated already.
    vars(experiment)["settings"] = experiment.settings.model_copy(update={"extensions": (subject.use,)})
    return experiment


def taken_part(subject: Subject, classes: Sequence[str]) -> Part:
    """Return what came of a run with such classes, made once."""

    def run() -> Part:
        display, handing_over = Warned(), Warned()
        with a_place() as place:
            experiment = experiment_with(subject, classes)
            made = experiment.run(runs_dir=place.folder, display=display)
            mine = [told for told in display.warnings if f'"{subject.use.name}"' in told]
            strays = place.strays()
            unused = [fresh_state(experiment), fresh_state(experiment)]
            before, after = handed_over(experiment, made, warn=handing_over.warn)
            unused.append(fresh_state(experiment))
        return Part(
            warnings=mine,
            errors=display.errors,
            strays=strays,
            fresh=unused,
            before=before,
            after=after,
            forgotten=handing_over.warnings,
        )

    return subject.once(("run", tuple(classes)), run)


def fresh_state(experiment: Experiment) -> dict[str, Any]:
    """Return the state of an extension that was told of nothing yet."""
    return Extensions(experiment.settings).state(warn=lambda _: None)


def handed_over(experiment: Experiment, run: Run, *, warn: Callable[[str], None]) -> tuple[dict[str, Any], ...]:
    """Return the state of an extension after the epochs of a run, and that of a fresh one that went on from there."""
    first, second = Extensions(experiment.settings), Extensions(experiment.settings)
    for number, row in enumerate(run.history, start=1):
        # As if it went well: what waits for that has something to remember.
        good = {**row, **{key: 1.0 for key in row if key.endswith("accuracy")}}
        first.tell("sightkit_epoch_ended", warn=lambda _: None, run=run, epoch=number, logs=good)
    before = first.state(warn=warn)
    second.remember(before)
    second.restore(warn=warn)
    return before, second.state(warn=warn)


def builds_an_object_with_run_hooks(subject: Subject) -> None:
    """It builds an object with methods that are run hooks, and none that is misspelt or unmarked."""
    try:
        Extensions(experiment_with(subject, PLAIN).settings)
    except SightkitError as error:
        raise BrokenContractError(
            expected="an object whose methods are run hooks under @sightkit.hookimpl",
            found=str(error),
            remedy="name methods as in docs/writing-a-plugin.md, with arguments that the hook has",
        ) from error


def allows_a_plain_experiment(subject: Subject) -> None:
    """It lets a plain experiment pass, or refuses it in a SightkitError of its own."""
    try:
        experiment_with(subject, PLAIN).check()
    except PluginError as error:
        raise BrokenContractError(
            expected="a plain experiment to be checked",
            found=str(error),
            remedy="raise sightkit.ConfigError to refuse an experiment, and nothing else",
        ) from error
    except SightkitError as error:
        reason = f"it refuses a plain experiment of two epochs ({error}); give an example with which it does not"
        raise NotApplicableError(reason) from error


def takes_part_in_a_run(subject: Subject) -> None:
    """A run of two epochs that names it ends, and none of its hooks fails."""
    part = taken_part(subject, PLAIN)
    if part.warnings:
        raise BrokenContractError(
            expected="every run hook to return",
            found="; ".join(dict.fromkeys(part.warnings)),
            remedy="expect no number in logs that a run may not have, such as those of a validation split, and return "
            "numbers, texts and lists from state()",
        ) from next(iter(part.errors), None)


def writes_only_into_the_run(subject: Subject) -> None:
    """Nothing appears outside the folder of the run."""
    if strays := taken_part(subject, PLAIN).strays:
        raise BrokenContractError(
            expected="files in the folder of the run only",
            found=f"{', '.join(strays)} outside of it",
            remedy="join every path to run.path, never to the working directory",
        )


def survives_odd_names(subject: Subject) -> None:
    """Class names and image ids that are paths, markup or no text at all lead it nowhere."""
    part = taken_part(subject, ODD)
    strays = sorted(set(part.strays) - set(taken_part(subject, PLAIN).strays))
    found = [*part.warnings, *(f"{name!r} outside of the run's folder" for name in strays)]
    if found:
        raise BrokenContractError(
            expected="a run whatever classes and images are called",
            found="; ".join(found)[:300],
            remedy='use no name as part of a path, and write text with errors="backslashreplace"',
        )


def restores_its_state(subject: Subject) -> None:
    """What state() returns is JSON, and an extension that restore() was called with has the same state."""
    extension = build(subject.use, ExtensionTask(experiment="conformance", seed=0))
    halves = [name for name in ("state", "restore") if hasattr(extension, name)]
    if not halves:
        reason = "it has no state"
        raise NotApplicableError(reason)
    part = taken_part(subject, PLAIN)
    if len(halves) == 1 or part.forgotten or part.before != part.after:
        differing = f"the state {dict(part.after)} after {dict(part.before)} was restored"
        raise BrokenContractError(
            expected="state() and restore(state): JSON that another extension of the same parameters goes on from",
            found=f"only {halves[0]}()" if len(halves) == 1 else "; ".join(part.forgotten) or differing,
            remedy="return a dict of plain numbers, texts and lists from state(), and take all of it back in restore()",
        )
    first, second, last = part.fresh
    if first == second != last:
        raise BrokenContractError(
            expected="a new extension to know nothing of another one's run",
            found=f"the state {dict(last)} of a new one, where it was {dict(first)} before",
            remedy="set what it remembers in __init__, on self: what stands in the class is shared by all its objects",
        )


CONTRACT = Contract(
    first=(builds_an_object_with_run_hooks, allows_a_plain_experiment, takes_part_in_a_run),
    then=(writes_only_into_the_run, survives_odd_names, restores_its_state),
)
