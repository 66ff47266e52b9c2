"""Extensions that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

from pathlib import Path

from sightkit import Extension, Params, hookimpl


class Nothing(Params):
    """No parameters."""


class Misspelt:
    @hookimpl
    def sightkit_epoch_end(self, run):
        pass


class Nervous:
    @hookimpl
    def sightkit_experiment_checked(self, experiment):
        raise ValueError(experiment.settings.name)


class Demanding:
    @hookimpl
    def sightkit_epoch_ended(self, logs):
        _ = logs["no_such_number"]


class Astray:
    @hookimpl
    def sightkit_epoch_ended(self, epoch):
        Path("epochs.txt").write_text(str(epoch))


class AFileAClass:
    @hookimpl
    def sightkit_data_prepared(self, run, data):
        for name in data.classes:
            (run.path / f"{name}.txt").write_text(name, encoding="utf-8")


class Forgetful:
    def __init__(self):
        self.epochs = 0

    @hookimpl
    def sightkit_epoch_ended(self, epoch):
        self.epochs = epoch

    def state(self):
        return {"epochs": self.epochs}

    def restore(self, state):
        pass


BROKEN = {
    "builds-an-object-with-run-hooks": Misspelt,
    "allows-a-plain-experiment": Nervous,
    "takes-part-in-a-run": Demanding,
    "writes-only-into-the-run": Astray,
    "survives-odd-names": AFileAClass,
    "restores-its-state": Forgetful,
}


def component(name, make):
    return Extension(name=name, summary="Broken.", params=Nothing, build=lambda params, task: make())


@hookimpl
def sightkit_extensions():
    return [component(name, make) for name, make in BROKEN.items()]
