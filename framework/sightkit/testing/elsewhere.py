"""A dataset built once more, in a fresh interpreter in which sets have another order and what is written is watched."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import DatasetTask, ImageSource
from sightkit.runs.building.build import build
from sightkit.testing.finding import NotApplicableError
from sightkit.testing.fresh import last_line, run_afresh
from sightkit.testing.plugin import load_plugins_to_check
from sightkit.testing.subject import Subject
from sightkit.use import Found

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROGRAM = "import sys; from sightkit.testing.elsewhere import main; main(*sys.argv[1:])"
ORDERS = (
    "import json, sys; names = json.loads(sys.argv[1]); print(json.dumps([list(set(names)), list(set(names[::-1]))]))"
)
SEEDS = range(1, 25)
"""Of hashes: among so many there is one that gives a set of two classes another order than here."""
MANY = 9
"""So many names are never in the same order by chance."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
READ = 4
"""How many images are read: what writes on reading does so with the first."""


@dataclass(frozen=True)
class Elsewhere:
    """What became of a dataset in another interpreter.

    Attributes:
        columns: A digest of each column of its table, of its classes, and its fingerprint.
        written: The files and folders in the working directory that it wrote unasked.
    """

    columns: Mapping[str, str]
    written: Sequence[str]


def built_elsewhere(subject: Subject, classes: Sequence[str], task: DatasetTask) -> Elsewhere:
    """Build a dataset in a fresh interpreter, read a few images, and return what became of it.

    Args:
        subject: The dataset.
        classes: Its classes as they are here; a set of them has another order there.
        task: What it is built for.

    Raises:
        NotApplicableError: another interpreter does not find it, or cannot build it.
    """
    record = next((each for each in subject.registry.plugins if each.name == subject.found.plugin), None)
    if record is None:
        reason = "it is in no plugin that another interpreter could load"
        raise NotApplicableError(reason)
    asked = json.dumps([record.code, subject.component.name, subject.values, task.seed])
    done = run_afresh(PROGRAM, asked, hash_seed=seed_for_another_order(classes))
    if done.returncode:
        reason = f"a fresh interpreter cannot build it: {last_line(done)}"
        raise NotApplicableError(reason)
    return Elsewhere(**json.loads(done.stdout.splitlines()[-1]))


def seed_for_another_order(names: Sequence[str]) -> int:
    """Return a seed of hashes under which a set of names is in another order than these, however it is filled."""
    for seed in SEEDS if 1 < len(names) < MANY else ():
        done = run_afresh(ORDERS, json.dumps(list(names)), hash_seed=seed)
        if list(names) not in json.loads(done.stdout):
            return seed
    return SEEDS[0]


def main(asked: str) -> None:
    """Build the dataset that is asked for, and print what became of it."""
    code, name, values, seed = json.loads(asked)
    plugins = load_plugins_to_check(code)
    found = next(
        Found(component, record.name, record.origin)
        for record in plugins.records
        for component in record.components.get("dataset", ())
        if component.name == name
    )
    subject = Subject(found, values, plugins.registry)
    paths = watch_what_is_written()
    before = Path.cwd()
    source = build(subject.use, DatasetTask(seed=seed))
    columns = columns_of(source, source.fingerprint())
    for row in range(min(READ, len(source.samples.ids))):
        source.read(row)
    unasked = [str(path) for path in dict.fromkeys(paths) if is_unasked(path, before, subject.values)]
    sys.stdout.write("\n" + json.dumps(asdict(Elsewhere(columns, unasked))) + "\n")


def watch_what_is_written() -> list[Path]:
    """Return a list to which every path is added that Python writes to from now on, for as long as the process is."""
    paths: list[Path] = []
    first: Mapping[str, int] = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "sqlite3.connect": 0}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
            path = arguments[0]
        elif event in first:
            path = arguments[first[event]]
        else:
            return
        if isinstance(path, str | bytes | os.PathLike):
            paths.append(Path(os.fsdecode(path)))

    sys.addaudithook(hook)
    return paths


def is_unasked(path: Path, folder: Path, values: Mapping[str, Any]) -> bool:
    """Say whether a path is in the working directory, and not one that the dataset was told."""
    others = (os.path.expanduser("~"), tempfile.gettempdir())  # noqa: PTH111 - there may be no home
    if path.is_absolute() and any(Path(each).is_relative_to(folder) for each in others):
        return False  # a cache or a temporary file, seen from a folder that all of these are in
    absolute = Path(os.path.abspath(folder / path))  # noqa: PTH100 - a link is not followed
    told = [Path(os.path.abspath(folder / text)) for text in texts(values) if text]  # noqa: PTH100
    if not absolute.is_relative_to(folder) or "__pycache__" in absolute.parts:
        return False
    return not any(each != folder and absolute.is_relative_to(each) for each in told)


def texts(value: Any) -> Iterator[str]:
    """Yield the strings in a value as TOML has it: each may be a path."""
    match value:
        case str():
            yield value
        case Mapping():
            yield from texts(list(value.values()))
        case list():
            for inner in value:
                yield from texts(inner)


def columns_of(source: ImageSource, fingerprint: str) -> dict[str, str]:
    """Return a digest of each column of a dataset's table, and of its classes, with its fingerprint."""
    columns = {name: repr(column).encode(errors="backslashreplace") for name, column in table_of(source).items()}
    return {**{name: hashlib.sha256(text).hexdigest() for name, text in columns.items()}, "fingerprint": fingerprint}


def table_of(source: ImageSource) -> dict[str, list[Any]]:
    """Return the columns of a table, and the classes, in a form that can be compared."""
    samples = source.samples
    labels: NDArray[Any] = samples.labels
    return {
        "classes": list(source.classes),
        "ids": list(samples.ids),
        "labels": labels.tolist(),
        "splits": list(samples.splits or ()),
        "groups": list(samples.groups or ()),
        "weights": [] if samples.weights is None else samples.weights.tolist(),
    }
