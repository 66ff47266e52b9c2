"""Who made a source of images: what has to be the same for its images to be found again."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import DatasetTask
from sightkit.experiment.uses import uses_in
from sightkit.runs.record.manifest import describe_use
from sightkit.use import Use

if TYPE_CHECKING:
    from sightkit.images.maker import Maker


def maker_of(use: Use[Any], task: DatasetTask) -> Maker | None:
    """Return which code made a source, and of what; ``None`` where it was handed over.

    Args:
        use: The dataset, with those that it holds.
        task: What it was built for.
    """
    from sightkit.images.maker import Maker

    if any(each.found.handed_over for _, each in uses_in("dataset", use)):
        return None
    code = [[describe_use(role, each), package_digest(each.component.build)] for role, each in uses_in("dataset", use)]
    label = " ".join([use.component.name, *paths_of(use)])
    return Maker(label=label, code=json.dumps(code), params=repr((use.params, task)))


def paths_of(use: Use[Any]) -> list[str]:
    """Return the paths among a dataset's parameters."""
    return [str(value) for _, value in use.params if isinstance(value, Path)]


def package_digest(function: Any) -> str | None:
    """Return the SHA-256 of the package that a function was defined in: of all modules beside its own.

    A plugin that is one file has none beside it. The name of a project's package changes with each of its files.
    """
    module = sys.modules.get(function.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None or not module.__package__:
        return getattr(function, "__module__", None)
    digest = hashlib.sha256(function.__module__.encode())
    for path in sorted(Path(file).parent.glob("*.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
