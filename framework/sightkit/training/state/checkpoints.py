"""Checkpoints: files that hold all that a training has to remember, so that it can go on as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from sightkit.errors import DivergedError
from sightkit.files import replacing
from sightkit.training.devices.replicas import Replicas

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIX, DAMAGED = ".safetensors", ".damaged"
DIGITS = 9  # of the step that a file is named after
ABOUT, DIGEST, WORKERS = "about", "xxh3_128", "workers"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        path: Its file.
        about: Where training was, and the numbers that it remembers.
        values: The values of variables by name.
    """

    path: Path
    about: Mapping[str, Any]
    values: Mapping[str, NDArray[Any]]


class Checkpoints:
    """The checkpoints of a run: safetensors files, each with a digest of everything in it.

    Args:
        folder: Where they are.
        keep: How many of them are kept; 0 for none, of which nothing is written.
        replicas: What trains; processes that train together have files of their own.
    """

    def __init__(self, folder: Path, *, keep: int, replicas: Replicas | None = None) -> None:
        self._folder = folder
        self._keep = keep
        self._replicas = replicas or Replicas()
        self._suffix = f".worker-{self._replicas.worker}{SUFFIX}" if self._replicas.worker else SUFFIX

    def write(
        self,
        step: int,
        about: Mapping[str, Any],
        values: Mapping[str, NDArray[Any]],
        *,
        known_as: Mapping[str, str] | None = None,
    ) -> Path | None:
        """Write a checkpoint in one step, remove the oldest ones, and return its file; ``None`` where none are kept.

        Args:
            step: Steps since the run began; the newest checkpoint is that with the most.
            about: What JSON can hold, ``nan`` and infinities too.
            values: The values of variables by name.
            known_as: What people call them, for messages.

        Raises:
            DivergedError: a value isn't finite; nothing is written.
            StorageError: it cannot be written; those before it are still there.
        """
        for name, value in values.items():
            if not np.isfinite(value).all():
                called = (known_as or {}).get(name, name)
                kept = "the checkpoint before it is kept; " if self._keep else ""
                message = (
                    f"training diverged: the variable {called} is no longer finite after step {step}; {kept}lower the "
                    "learning rate"
                )
                raise DivergedError(message)
        if not self._keep:
            return None
        text, workers = json.dumps(about), str(self._replicas.workers)
        plain = {name: np.asarray(value, order="C") for name, value in values.items()}  # the file knows no other order
        metadata = {ABOUT: text, WORKERS: workers, DIGEST: digest(workers + text, plain)}
        path = self._path(step)
        with replacing(path) as file:
            file.write(save(plain, metadata=metadata))
        self._replicas.wait_for_all()  # until theirs are written too, the old ones may be the last that all have
        for old in self.paths()[self._keep :]:
            with suppress(OSError):
                old.unlink()
        return path

    def paths(self) -> list[Path]:
        """Return the files, newest first."""
        digits = "[0-9]" * DIGITS
        return sorted(self._folder.glob(f"{digits}{self._suffix}"), reverse=True)

    def newest(self) -> tuple[Checkpoint | None, list[str]]:
        """Return the newest checkpoint that is whole for all processes, and what is wrong with those that are newer.

        Those that are newer are renamed: they would count among those that are kept, and push out what is written from
        now on.
        """
        problems: list[str] = []
        for step in self._replicas.chiefs([int(path.name[:DIGITS]) for path in self.paths()]):
            path, checkpoint = self._path(step), None
            try:
                checkpoint = self._read(step)
            except (SafetensorError, OSError, ValueError, KeyError) as error:
                problems.append(f"{path}: this checkpoint is damaged ({error})")
            (damaged,) = self._replicas.any(checkpoint is None)
            if not damaged:
                return checkpoint, problems
            with suppress(OSError):
                path.replace(path.with_suffix(DAMAGED))
        return None, problems

    def _read(self, step: int) -> Checkpoint:
        """Return this process's own checkpoint, or the chief's where fewer processes trained then."""
        chiefs = self._folder / f"{step:0{DIGITS}d}{SUFFIX}"
        joined = workers_of(chiefs) <= self._replicas.worker  # a file of its own is of another time then
        return read(chiefs if joined else self._path(step))

    def _path(self, step: int) -> Path:
        return self._folder / f"{step:0{DIGITS}d}{self._suffix}"


def read(path: Path) -> Checkpoint:
    """Return a checkpoint.

    Raises:
        ValueError: its digest is another one; and what else reading a damaged file raises.
    """
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        values = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it can't be iterated over
    text = metadata[ABOUT]
    if digest(metadata[WORKERS] + text, values) != metadata[DIGEST]:
        message = "its content doesn't have the digest that was written with it"
        raise ValueError(message)
    return Checkpoint(path=path, about=json.loads(text), values=values)


def workers_of(path: Path) -> int:
    """Return how many processes trained together when a checkpoint was written."""
    with safe_open(path, framework="numpy") as file:
        return int((file.metadata() or {})[WORKERS])


def digest(text: str, values: Mapping[str, NDArray[Any]]) -> str:
    """Return a hash of everything in a checkpoint; it guards against damage, not against forgery."""
    hashed = xxhash.xxh3_128(text.encode())
    for name in sorted(values):
        value = values[name]
        hashed.update(f"{name} {value.dtype} {value.shape}".encode())
        hashed.update(np.ascontiguousarray(value).data)
    return hashed.hexdigest()
