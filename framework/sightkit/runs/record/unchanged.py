"""Whether a run that goes on is of the same experiment and the same data; what is not the same is told."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import ConfigError, DataError, StorageError
from sightkit.experiment.in_memory import IN_MEMORY
from sightkit.experiment.text import toml_text, written
from sightkit.runs.data.report import describe_data
from sightkit.runs.record.folder import MANIFEST, RESOLVED
from sightkit.runs.record.manifest import HIDDEN, describe_run, without_secrets
from sightkit.runs.record.run import Run
from sightkit.toml.shown import shown

if TYPE_CHECKING:
    from sightkit.experiment.loaded import Loaded
    from sightkit.images import PreparedData

REMEDY = "put it back as it was, or start a new run"
NOT_TOLD = object()
CHANGED = "{path} was {before} and is {now}"


def refuse_changes(folder: Path, experiment: Loaded) -> None:
    """Refuse to go on with a run of another experiment, of other code of its components or under other registries.

    Raises:
        ConfigError: what differs; or the run has finished.
        StorageError: what the run was can't be read.
    """
    run = Run(folder)
    if run.state == "finished":
        message = f"{folder}: this run has finished; there is nothing to go on with"
        raise ConfigError(message)
    manifest = run.manifest
    if missing := [key for key in ("components", "registry", "data") if key not in manifest]:
        message = (
            f"{folder / MANIFEST}: damaged, it says nothing of {missing[0]}; this run can't go on: start a new one"
        )
        raise StorageError(message)
    before = stored_experiment(folder)
    now = tomllib.loads(toml_text(without_secrets(written(experiment.settings))))
    described = describe_run(experiment.settings, experiment.registry, ())
    changes = [
        *differences(before, now),
        *changed_code(manifest["components"], described["components"]),
        *changed_registries(manifest["registry"], described["registry"]),
    ]
    if changes:
        message = f"{folder}: the experiment is not what it was: {'; '.join(changes)}; {REMEDY}"
        raise ConfigError(message)


def refuse_incomplete(folder: Path) -> None:
    """Refuse to go on with a run from its folder alone if that doesn't hold all of its experiment.

    Raises:
        ConfigError: what is missing: secrets, for which components would take the note in their place, or what was in
            memory.
        StorageError: what the run was can't be read.
    """
    experiment = stored_experiment(folder)
    if IN_MEMORY in {experiment["dataset"]["use"], experiment["architecture"]["use"]}:
        what, remedy = "its images or its model were in memory", "load its experiment as before, and run(resume=True)"
    elif f'"{HIDDEN}"' in json.dumps(experiment):
        what, remedy = "a secret of its experiment was not written down", "sightkit run EXPERIMENT --resume"
    else:
        return
    message = f"{folder}: {what}, so that its folder alone is not enough; to go on: {remedy}"
    raise ConfigError(message)


def stored_experiment(folder: Path) -> dict[str, Any]:
    """Return the resolved experiment of a run.

    Raises:
        StorageError: it can't be read.
    """
    path = folder / RESOLVED
    try:
        experiment = tomllib.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(experiment.get(table), dict) for table in ("dataset", "architecture")):
            message = "it names no dataset or no architecture"
            raise ValueError(message)
    except (OSError, ValueError) as error:
        message = f"{path}: cannot be read: {error}; without it nobody knows what the run was"
        raise StorageError(message) from error
    return experiment


def refuse_other_data(folder: Path, data: PreparedData) -> None:
    """Refuse to go on with a run on other images or other splits.

    Raises:
        DataError: what differs.
    """
    before = {key: value for key, value in Run(folder).manifest["data"].items() if key != "repeatable"}
    changes = list(differences(before, describe_data(data)))
    if changes:
        message = f"{folder}: the data is not what it was: {'; '.join(changes)}; {REMEDY}"
        raise DataError(message)


def differences(before: Any, now: Any, path: str = "", *, form: str = CHANGED) -> Iterator[str]:
    """Yield each value that differs between two documents, with its dotted path; hidden secrets are no difference."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            yield from differences(
                before.get(key, NOT_TOLD), now.get(key, NOT_TOLD), f"{path}.{key}".lstrip("."), form=form
            )
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, pair in enumerate(zip(before, now, strict=True)):
            yield from differences(*pair, f"{path}.{index}", form=form)
    elif before != now and HIDDEN not in (before, now):
        yield form.format(path=path, before=told(before), now=told(now))


def told(value: Any) -> str:
    """Return a value for a message."""
    return "nothing" if value is NOT_TOLD else shown(value)


def changed_code(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each component whose source is another one."""
    digests = {entry["role"]: entry["source_sha256"] for entry in before}
    for entry in now:
        if digests.get(entry["role"], entry["source_sha256"]) != entry["source_sha256"]:
            yield f"the code of {entry['kind']} {entry['name']} (from {entry['origin']}) has changed"


def changed_registries(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each registry that says something else, or that counted only before or only now."""
    for layer in sorted({entry["layer"] for entry in (*before, *now)}):
        texts, texts_now = ([each["text"] for each in entries if each["layer"] == layer] for entries in (before, now))
        if texts != texts_now:
            yield f"the {layer} registry says something else"
