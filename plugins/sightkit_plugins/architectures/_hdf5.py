"""Weights in HDF5 files, read as plain arrays: ``.weights.h5`` and ``.keras`` of Keras 3, and the ``.h5`` before it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sightkit_plugins.architectures._stored import StoredArray, StoredLayer, StoredLayers

if TYPE_CHECKING:
    import h5py
    from numpy.typing import NDArray

INSIDE = "model.weights.h5"
"""The weights in a ``.keras`` file, which is a ZIP archive."""

LARGEST_EXPANSION = 1000
"""What compression could do to weights; Keras doesn't compress them."""

BOOKKEEPING = frozenset({"optimizer", "optimizer_weights"})
"""What stands beside the layers and is none."""


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file, or the one inside a ``.keras`` file, for reading."""
    import h5py

    if path.suffix != ".keras":
        with h5py.File(path, "r") as file:
            yield file
        return
    with h5py.File(io.BytesIO(weights_inside(path)), "r") as file:
        yield file


def weights_inside(path: Path) -> bytes:
    """Return the HDF5 file inside a ``.keras`` file; its checksum is compared.

    Raises:
        ValueError: it would fill the memory with next to nothing on the disk.
    """
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(INSIDE)
        if size.file_size > LARGEST_EXPANSION * max(size.compress_size, 1):
            message = f"{INSIDE} says that it unpacks to {size.file_size:,} bytes from {size.compress_size:,}"
            raise ValueError(message)
        return archive.read(INSIDE)


def stored_layers(file: h5py.File) -> StoredLayers:
    """Return the layers in a file; their arrays can be read while it is open."""
    is_legacy = "layer_names" in file.attrs or "layer_names0" in file.attrs or "model_weights" in file
    layers: dict[str, list[StoredLayer]] = {}
    for name, layer in legacy_layers(file) if is_legacy else keras_layers(file):
        layers.setdefault(name, []).append(layer)
    return layers


def keras_layers(file: h5py.File) -> Iterator[tuple[str, StoredLayer]]:
    """Yield the layers in a file of Keras 3, where ``layers/conv2d_3/vars/0`` is the first array of one.

    Its name is an attribute of ``vars``. In files of early Keras 3, nothing but the place is known, ``conv2d_3``.
    """
    for group_name, arrays in datasets_by_group(file).items():
        place = group_name.removesuffix("/vars")
        key = place.rpartition("/")[2]
        if place.partition("/")[0] in BOOKKEEPING:
            continue
        ordered = sorted(arrays, key=lambda name: int(name) if name.isdecimal() else 0)
        found = tuple(stored_array(name, cast("h5py.Dataset", file[group_name][name])) for name in ordered)
        name = file[group_name].attrs.get("name")
        yield (text(name) if name is not None else f"{UNNAMED}{place}"), StoredLayer(place, found, key)


UNNAMED = "\0"
"""Goes in front of the place of a layer whose name the file doesn't tell; no name has it."""


def legacy_layers(file: h5py.File) -> Iterator[tuple[str, StoredLayer]]:
    """Yield the layers in a file of Keras 2 or before, where ``Conv1/Conv1/kernel:0`` is an array of one.

    The last folder is the layer; those before it are the models around it.
    """
    root = file.get("model_weights", file)
    for place, arrays in datasets_by_group(root).items():
        top = place.partition("/")[0]
        if top in BOOKKEEPING:
            continue
        order = weight_order(root[top], place)
        ordered = sorted(arrays, key=lambda name: order.get(name, len(order)))
        found = tuple(stored_array(short_name(name), cast("h5py.Dataset", root[place][name])) for name in ordered)
        yield place.rpartition("/")[2], StoredLayer(place, found)


def weight_order(group: h5py.Group, place: str) -> dict[str, int]:
    """Return the place of each array of a layer among those of its top-level group."""
    listed = group.attrs.get("weight_names", ())
    names = [f"{group.name.rpartition('/')[2]}/{text(name)}" for name in listed]
    return {name.removeprefix(f"{place}/"): index for index, name in enumerate(names) if name.startswith(f"{place}/")}


def datasets_by_group(root: h5py.Group) -> dict[str, list[str]]:
    """Return the names of the arrays in each group, by the group's path; links to elsewhere are not followed."""
    import h5py

    found: dict[str, list[str]] = {}

    def note(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            group, _, name = path.rpartition("/")
            found.setdefault(group, []).append(name)

    root.visititems(note)
    return found


def stored_array(name: str, dataset: h5py.Dataset) -> StoredArray:
    """Return an array of an HDF5 file.

    Raises:
        ValueError: its values are in another file, which a file of weights may not reach.
    """
    if dataset.external or dataset.is_virtual:
        message = f"{dataset.name} is kept in another file"
        raise ValueError(message)
    return StoredArray(name, tuple(dataset.shape), lambda: values(dataset))


def values(dataset: h5py.Dataset) -> NDArray[Any]:
    """Return the numbers of an array; Keras writes a bfloat16 as two bytes without a type and says so beside them."""
    import numpy as np

    read: NDArray[Any] = np.asarray(dataset[()])
    if text(dataset.attrs.get("dtype", "")) == "bfloat16" and read.dtype.kind == "V":
        # A bfloat16 is the upper half of a float32.
        read = np.left_shift(read.view(np.uint16), 16, dtype=np.uint32).view(np.float32)
    return read


def short_name(name: str) -> str:
    """Return ``kernel`` for ``kernel:0``."""
    return name.partition(":")[0]


def text(value: Any) -> str:
    """Return an attribute, which may be bytes, as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
