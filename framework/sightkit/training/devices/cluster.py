"""The cluster that this process belongs to, as the environment describes it; TensorFlow isn't needed to know."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sightkit.errors import ConfigError

Distribution: TypeAlias = Literal["auto", "none", "mirrored", "multi-worker"]
"""What ``distribution`` of ``[training]`` may be."""

VARIABLE = "TF_CONFIG"
"""Names the machines of a cluster, and which of them this one is; see TensorFlow's guide to multi-worker training."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The processes that train together.

    Attributes:
        workers: How many there are.
        worker: The number of this one, 0 for the chief.
    """

    workers: int = 1
    worker: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this one writes what all of them have made."""
        return self.worker == 0


def cluster_for(distribution: Distribution) -> Cluster:
    """Return the cluster of a training; one process alone where none is wanted or none is described.

    Raises:
        ConfigError: the description is no JSON of the right form, this process is none of those that it names, or it is
            needed and not there.
    """
    text = os.environ.get(VARIABLE)
    if distribution not in ("auto", "multi-worker") or (not text and distribution == "auto"):
        return Cluster()
    try:
        described = json.loads(text or "")
        machines, task = described["cluster"], described["task"]
        tasks = [(kind, index) for kind in ("chief", "worker") for index in range(len(machines.get(kind, ())))]
        number = tasks.index((task["type"], int(task["index"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = (
            f"the environment variable {VARIABLE} is {text!r}; expected JSON such as "
            '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}; '
            'set it on each machine, or training.distribution = "none"'
        )
        raise ConfigError(message) from error
    return Cluster(workers=len(tasks), worker=number)
