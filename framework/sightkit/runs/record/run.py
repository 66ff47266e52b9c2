"""`Run`: a run on disk, and what can be asked of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Generator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import StorageError
from sightkit.paths import absolute
from sightkit.runs.record.folder import DATA, MANIFEST, RESOLVED

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource, Predictions
    from sightkit.registry.registry import Registry
    from sightkit.runs.display import Display
    from sightkit.runs.evaluating.result import Evaluation
    from sightkit.runs.explaining.explainer import Explainer
    from sightkit.runs.prediction.inputs import AnyImages
    from sightkit.runs.prediction.predictor import RunPredictor
    from sightkit.runs.prediction.result import ImagePrediction, ImagePredictions
    from sightkit.toml.problems import Problem


SCORES = "scores.json"

MANIFEST_KEYS = ("state", "experiment", "seed", "data")
"""What a manifest says from the beginning, and what is asked of it here and there."""


class Run:
    """A run on disk, while it goes on and afterwards; everything is read when it is asked for.

    Args:
        path: Its folder; the attribute of this name is absolute.

    Raises:
        StorageError: the folder holds no run.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = absolute(path)
        if not (self.path / MANIFEST).is_file():
            message = f"{path}: no run here; expected a folder with a {MANIFEST}"
            raise StorageError(message)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def __reduce__(self) -> tuple[type[Run], tuple[Path]]:
        """Let another process read the folder itself: the model, once it was loaded, can't be handed over."""
        return type(self), (self.path,)

    def _repr_html_(self) -> str:
        from sightkit.runs.record.shown import run_html

        return run_html(self)

    @property
    def manifest(self) -> dict[str, Any]:
        """What ran and what became of it, as it stands now."""
        manifest: dict[str, Any] = self._read_json(MANIFEST)
        if not isinstance(manifest, dict) or not set(MANIFEST_KEYS) <= manifest.keys():
            message = (
                f"{self.path / MANIFEST}: this is no manifest of a run; expected one with {', '.join(MANIFEST_KEYS)}"
            )
            raise StorageError(message)
        return manifest

    @property
    def state(self) -> str:
        """``"running"``, ``"finished"``, ``"failed"`` or ``"interrupted"``."""
        return str(self.manifest["state"])

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in label order; untrusted text."""
        return tuple(self.manifest["data"]["classes"])

    @property
    def settings_text(self) -> str:
        """The resolved experiment as TOML, complete with defaults."""
        path = self.path / RESOLVED
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            message = f"{path}: cannot be read: {error}"
            raise StorageError(message) from error

    @property
    def scores(self) -> dict[str, dict[str, dict[str, Any]]]:
        """``{split: {metric: {"value", "low", "high", ...}}}``; there are none before the model is judged."""
        if not (self.path / SCORES).exists() and (state := self.state) != "finished":
            message = f"{self.path}: the run has no scores before its model is judged, and it is {state}"
            raise StorageError(message)
        scores: dict[str, dict[str, dict[str, Any]]] = self._read_json(SCORES)
        return scores

    @property
    def data(self) -> dict[str, Any]:
        """What is known of its images, as it stands in ``data.json``: counts, sizes, statistics and findings."""
        data: dict[str, Any] = self._read_json(DATA)
        return data

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found out about its images, as it stands in ``data.json``."""
        findings: list[dict[str, Any]] = self.data["findings"]
        return findings

    @property
    def history(self) -> list[dict[str, float]]:
        """One row an epoch, as in ``history.csv``."""
        try:
            with (self.path / "history.csv").open(encoding="utf-8", newline="") as file:
                return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
        except FileNotFoundError:
            return []  # no epoch has ended
        except (OSError, ValueError) as error:
            message = f"{self.path / 'history.csv'}: cannot be read: {error}"
            raise StorageError(message) from error

    @property
    def predictions(self) -> Mapping[str, Predictions]:
        """The stored predictions of each split."""
        from sightkit.evaluation.store import load_predictions

        files = sorted((self.path / "predictions").glob("*.npz"))
        return {file.stem: load_predictions(file, classes=len(self.classes)) for file in files}

    @cached_property
    def model(self) -> keras.Model:
        """The trained model with the weights of its best epoch: images float32 in [0, 1] to logits.

        Raises:
            ArtefactError: the file is missing or damaged, would run code when it is read, or is of another run.
        """
        from sightkit.runs.record.model import load_model

        return load_model(self.path / "model" / "model.keras", self.manifest.get("model", {}).get("weights_sha256"))

    def predict(self, images: AnyImages, *, tta: Sequence[str] = ()) -> ImagePredictions:
        """Return what the model says about images, decoded as those that it was trained on; needs no dataset.

        An image of the run's own data gets the probabilities that are stored of it, bit for bit on the machine, build
        and number of threads that trained it, whichever others it comes with. One that can't be used is an entry of
        ``errors`` and stops nothing.

        Args:
            images: Paths of image files and arrays, uint8 ``(height, width)`` or ``(height, width, 1 or 3)`` of any
                size, in any mixture; or an array of them, ``(n, height, width[, 1 or 3])``. A single path may also be a
                folder, which means the images anywhere below it, or a pattern such as ``"photos/**/*.jpg"``.
            tta: Test-time augmentation: ``"flip"``, ``"shift"`` or both; probabilities are averaged over these views of
                an image, see `views_of`.

        Raises:
            ConfigError: the run hasn't finished, there is no such view, or a single path leads nowhere.
            DataError: there is no image in a folder, or an array is no array of images.
            ArtefactError: the model can't be loaded.
            StorageError: a file of the run is missing or damaged.
        """
        from sightkit.runs.prediction.predictor import predict_all

        return predict_all(self._predictor, images, tta=tta)

    def predict_each(self, images: AnyImages, *, tta: Sequence[str] = ()) -> Generator[ImagePrediction, None, None]:
        """Yield what the model says about each image, in their order; arguments and errors as for `predict`.

        Memory holds few of them at a time, however many there are. To be closed by whoever stops asking.
        """
        from sightkit.runs.prediction.predictor import predict_each

        return predict_each(self._predictor, images, tta=tta)

    def explain(
        self, images: AnyImages, *, classes: str | Sequence[str] | None = None, layer: str | None = None
    ) -> NDArray[np.float32]:
        """Return where in images the network sees what speaks for a class: Grad-CAM, see `GradCam`.

        Args:
            images: As `predict` takes them.
            classes: The name of a class, or one for each image; by default the one that the network predicts.
            layer: Whose feature maps are looked at, by name; by default the last ones that have a few positions.

        Returns:
            Heat maps float32 ``(n, height, width)`` of the size that the network sees, each between 0 and 1, its own
            largest value; all zeros where nothing speaks for the class.

        Raises:
            ConfigError: the run hasn't finished, the model has no feature maps, there is no such class or layer, or a
                single path leads nowhere.
            DataError: an image can't be used.
            ArtefactError: the model can't be loaded.
            StorageError: a file of the run is missing or damaged.
        """
        return self._explainer.heat_maps(images, classes=classes, layer=layer)

    @cached_property
    def _explainer(self) -> Explainer:
        from sightkit.runs.explaining.explainer import Explainer

        return Explainer(self)

    @cached_property
    def _predictor(self) -> RunPredictor:
        from sightkit.runs.prediction.predictor import RunPredictor

        return RunPredictor(self)

    @property
    def reports(self) -> list[Path]:
        """The files that its reports wrote."""
        return sorted(path for path in (self.path / "reports").rglob("*") if path.is_file())

    def evaluate(
        self,
        *,
        split: str | None = None,
        data: Path | str | ImageSource | None = None,
        name: str | None = None,
        skip_unknown: bool = False,
        skip_bad: bool = False,
        reports: bool = False,
        metrics: Sequence[Mapping[str, Any]] | None = None,
        registry: Registry | None = None,
        cache_dir: Path | str | None = None,
        display: Display | None = None,
    ) -> Evaluation:
        """Judge the run again: its stored predictions, or what its model says about other data.

        Without ``data`` no model is loaded, and the scores of the split in ``scores.json`` are brought up to date. Of
        other data the predictions are stored in ``evaluations/NAME`` in the run's folder, with the scores; where the
        same images were judged before, those predictions are used again.

        Args:
            split: Which split; by default test images, or else validation or training images. Of other data, the images
                that it puts into this split itself; by default all.
            data: A folder with a folder for each class, a TOML file with a table ``[dataset]``, or images in memory,
                such as an `ArraySource`. They are brought to the form of the run's own images. Its classes are those of
                the same name, in any order; it may lack some.
            name: What the evaluation of other data is called; by default like the data.
            skip_unknown: Leave out images of classes that the run doesn't know, instead of refusing the data.
            skip_bad: Leave out images that can't be decoded, instead of refusing the data.
            reports: Write the run's reports on other data, too, into ``evaluations/NAME/reports``.
            metrics: Others than the run's, as in ``[[metrics]]``: ``[{"use": "f1", "average": "weighted"}]``. Then
                ``scores.json`` stays as it is.
            registry: The plugins that metrics and datasets may come from; by default the built-in and installed ones.
            cache_dir: Where prepared images are kept, see `Experiment.prepare`.
            display: Who watches; nobody by default.

        Raises:
            ConfigError: the run has not finished, or there is no such split or metric.
            DataError: the other data can't be used, or has classes that the run doesn't know.
            StorageError: predictions can't be read, or scores can't be written.
            SightkitError: of a kind that says what else went wrong.
        """
        from sightkit.config.overrides import python_overrides
        from sightkit.runs.data.cache import cache_folder
        from sightkit.runs.evaluating.evaluate import evaluate

        problems: list[Problem] = []
        wanted = {} if metrics is None else {"metrics": metrics}
        in_memory = data is not None and not isinstance(data, Path | str)
        return evaluate(
            self,
            split=split,
            data=Path(data) if isinstance(data, str) else data,
            name=name,
            skip_unknown=skip_unknown,
            skip_bad=skip_bad,
            reports=reports,
            overrides=python_overrides(wanted, problems),
            problems=problems,
            registry=registry,
            cache=None if in_memory and cache_dir is None else cache_folder(cache_dir),
            display=display,
        )

    def _read_json(self, name: str) -> Any:
        path = self.path / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            message = f"{path}: cannot be read: {error}"
            raise StorageError(message) from error
