"""`Pictures`: the PNGs that explain the network of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import DataError
from sightkit.evaluation.explain.feature_maps import FeatureMaps, MapLayer, spread
from sightkit.evaluation.explain.filters import first_kernel
from sightkit.evaluation.explain.grad_cam import best_layer
from sightkit.evaluation.explain.listening import chosen
from sightkit.evaluation.explain.sheets import draw_filters, draw_heat, draw_maps
from sightkit.runs.data.report import make
from sightkit.runs.data.samples import save_picture

if TYPE_CHECKING:
    from PIL import Image

    from sightkit.images.decoding.stream import DecodedBatch, Item
    from sightkit.runs.explaining.explainer import Explainer, Explanation, Predicted
    from sightkit.runs.prediction.result import ImagePrediction
    from sightkit.runs.record.run import Run

LONGEST_STEM = 50
"""So many characters of an image's name are kept, at most 200 bytes: what stands behind them fits the 255 of a name."""


@dataclass(frozen=True, slots=True)
class Written:
    """The pictures of an image.

    Attributes:
        name: The path of the image.
        predictions: The classes that are explained, with their probabilities.
        heat: The heat maps.
        maps: The feature maps.
    """

    name: str
    predictions: Predicted
    heat: Path
    maps: Path


def folder_for(run: Run) -> Path:
    """Return where the pictures of a run go by default: called as its experiment, in the working directory."""
    return Path(f"{run.path.parent.name}-explained")


class Pictures:
    """Writes pictures into a folder.

    Args:
        explainer: Of the run.
        folder: Made with the first picture.
        layers: Whose feature maps are drawn; by default those of a few.
        heat_layer: Whose feature maps the heat maps are made of; by default `best_layer`.

    Attributes:
        known: All layers that make feature maps.
        layers: The names of those that are drawn.
        heat_layer: The name of the one that the heat maps are of.

    Raises:
        ConfigError: the model has no feature maps, or there is no such layer.
    """

    def __init__(
        self, explainer: Explainer, folder: Path, layers: Sequence[str] = (), *, heat_layer: str | None = None
    ) -> None:
        self.folder = folder
        self.known: list[MapLayer] = explainer.layers
        by_name = {layer.name: layer for layer in self.known}
        self.layers = [chosen(by_name, name).name for name in layers] or spread(self.known)
        sizes = {layer.name: layer.shape[:2] for layer in self.known if layer.result}
        self.heat_layer = best_layer(sizes) if heat_layer is None else chosen(by_name, heat_layer).name
        self._explainer = explainer
        self._maps = FeatureMaps(explainer.model, self.layers)
        self._taken: set[str] = set()

    def write(self, items: Iterable[Item], *, top: int, label: int | None = None) -> Iterator[Written | DataError]:
        """Write the pictures of each image, and yield what was written, or what is wrong with it.

        Args:
            items: The images; with their names, few in memory at a time.
            top: How many of the most probable classes are explained.
            label: Only this class is.

        Raises:
            StorageError: they can't be written.
        """
        with self._explainer.decoded(items) as decoded:
            for batch in decoded:
                yield from self.write_batch(batch, top=top, label=label)

    def write_batch(
        self,
        batch: DecodedBatch,
        predictions: Sequence[ImagePrediction] | None = None,
        *,
        top: int,
        label: int | None = None,
    ) -> Iterator[Written | DataError]:
        """Write the pictures of images that are decoded, as `write` does.

        Args:
            batch: The images.
            predictions: What is said of each, if somebody has asked the model already; by default it is asked.
            top: How many of the most probable classes are explained.
            label: Only this class is.

        Raises:
            StorageError: they can't be written.
        """
        for each in self._explainer.explanations(batch, predictions, top=top, label=label, layer=self.heat_layer):
            yield each if isinstance(each, DataError) else self._write(each)

    def write_filters(self) -> Path | str:
        """Write the filters of the first convolution and return where, or why there is no picture of them.

        Raises:
            StorageError: they can't be written.
        """
        found = first_kernel(self._explainer.model)
        if found is None:
            return "no layer with a kernel of its own"
        name, kernel = found
        picture = draw_filters(name, kernel, title="learned filters")
        if picture is None:
            return f"{name}, the first convolution, sees {kernel.shape[2]} channels, which no picture has"
        return self._save(picture, "filters.png")

    def _write(self, explanation: Explanation) -> Written:
        stem = self._free_stem(explanation.name)
        name, pixels, heat = explanation.name, explanation.pixels, explanation.heat
        drawn = draw_heat(pixels, heat, explanation.predictions, title=name, layer=self.heat_layer)
        maps = draw_maps(pixels, self._maps(pixels), title=name)
        return Written(
            name, explanation.predictions, self._save(drawn, f"{stem}-heat.png"), self._save(maps, f"{stem}-maps.png")
        )

    def _save(self, picture: Image.Image, name: str) -> Path:
        make(self.folder)
        save_picture(picture, path := self.folder / name)
        return path

    def _free_stem(self, name: str) -> str:
        """Return what the pictures of an image are called: as its file, numbered where several are called the same."""
        stem = Path(name).stem[:LONGEST_STEM] or "image"
        numbered = (f"{stem}-{number}" for number in count(2))
        free = next(each for each in chain([stem], numbered) if each not in self._taken)
        self._taken.add(free)
        return free
