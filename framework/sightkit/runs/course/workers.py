"""How processes that train together begin and end as one; a process alone does the same, and waits for nobody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import ConfigError, StorageError, WorkerLostError
from sightkit.experiment.text import toml_text, written
from sightkit.runs.data.report import describe_data
from sightkit.runs.record.folder import MANIFEST, make_folder
from sightkit.runs.record.manifest import without_secrets
from sightkit.runs.record.unchanged import differences

if TYPE_CHECKING:
    from sightkit.experiment.settings import ExperimentSettings, TrainingSettings
    from sightkit.images import PreparedData
    from sightkit.runs.display import Display
    from sightkit.training.devices.cluster import Cluster
    from sightkit.training.devices.replicas import Replicas

OWN = ("dataset", "images.memory")
"""What may differ between workers: where the images are, which are compared themselves, and what a machine can hold."""


def start_replicas(training: TrainingSettings, cluster: Cluster, display: Display) -> Replicas:
    """Return what trains; where several processes do, this waits for the others."""
    from sightkit.training.devices.distribution import choose_strategy
    from sightkit.training.devices.replicas import Replicas

    if cluster.workers > 1:
        display.joining(cluster.worker, cluster.workers)
    return Replicas(choose_strategy(training.distribution, training.replicas))


def refuse_other_work(
    replicas: Replicas, settings: ExperimentSettings, data: PreparedData, unfinished: Path | None
) -> None:
    """Refuse to train together where a worker does something else than the chief.

    Raises:
        ConfigError: what differs; on the other workers, that something does.
    """
    mine = {
        "experiment": tomllib.loads(toml_text(without_secrets(written(settings)))),
        "data": describe_data(data),
        "run that is resumed": unfinished.name if unfinished else "none",
    }
    chiefs = replicas.chiefs(mine)
    found = differences(chiefs, mine, form="{path} is {before} there and {now} here")
    changes = [each.removeprefix("experiment.") for each in found]
    changes = [each for each in changes if not each.startswith(OWN)]
    (refused,) = replicas.any(bool(changes))
    if changes:
        message = (
            f"worker {replicas.worker} was not started as worker 0 was: {'; '.join(changes)}; give all workers the "
            "same experiment, the same images and the same words of the command line"
        )
        raise ConfigError(message)
    if refused:
        message = "another worker was not started as this one was; what differs stands in its message"
        raise ConfigError(message)


def shared_folder(replicas: Replicas, folder: Path) -> Path:
    """Return the folder of a new run in that of its experiment's; the chief makes it and tells the others."""
    name: str = replicas.chiefs(make_folder(folder.parent, folder.name).name if replicas.is_chief else "")
    return folder / name


@contextmanager
def chief_first(replicas: Replicas, folder: Path) -> Iterator[None]:
    """Let the chief do what is inside before the other processes do, which look for what it wrote.

    Raises:
        StorageError: it isn't there.
    """
    if not replicas.is_chief:
        replicas.wait_for_all()
        if not (folder / MANIFEST).is_file():
            message = (
                f"{folder}: worker {replicas.worker} finds no run here, which worker 0 writes; expected the same "
                "--runs-dir for all workers, on a disk that they share"
            )
            raise StorageError(message)
    yield
    if replicas.is_chief:
        replicas.wait_for_all()


def end_together(replicas: Replicas) -> None:
    """Wait until the chief has written everything, which the others return too.

    Raises:
        WorkerLostError: the chief is gone before.
    """
    try:
        replicas.wait_for_all()
    except WorkerLostError:
        if not replicas.is_chief:  # who needs nobody any more
            raise
