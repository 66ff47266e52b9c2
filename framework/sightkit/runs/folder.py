"""The folder of a run: its name, and what is in it."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from sightkit.errors import ArtefactError, StorageError

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import Predictions
    from sightkit.runs.explaining import Explainer
    from sightkit.runs.prediction.inputs import AnyImages
    from sightkit.runs.prediction.predictor import RunPredictor
    from sightkit.runs.prediction.result import ImagePrediction, ImagePredictions

MANIFEST = "manifest.json"
DATA = "data.json"
RESOLVED = "resolved.toml"
LOCK = ".lock"
FOLDERS = ("checkpoints", "predictions", "reports", "model")


class Run:
    """A run on disk, while it goes on and afterwards; everything is read when it is asked for.

    Args:
        path: Its folder.

    Raises:
        StorageError: the folder holds no run.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not (self.path / MANIFEST).is_file():
            message = f"{self.path}: no run here; expected a folder with a {MANIFEST}"
            raise StorageError(message)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def manifest(self) -> dict[str, Any]:
        """What ran and what became of it, as it stands now."""
        manifest: dict[str, Any] = self._read_json(MANIFEST)
        return manifest

    @property
    def state(self) -> str:
        """``"running"``, ``"finished"``, ``"failed"`` or ``"interrupted"``."""
        return str(self.manifest["state"])

    @property
    def scores(self) -> dict[str, dict[str, dict[str, Any]]]:
        """``{split: {metric: {"value", "low", "high", ...}}}``."""
        scores: dict[str, dict[str, dict[str, Any]]] = self._read_json("scores.json")
        return scores

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found out about its images, as it stands in ``data.json``."""
        findings: list[dict[str, Any]] = self._read_json(DATA)["findings"]
        return findings

    @property
    def history(self) -> list[dict[str, float]]:
        """One row an epoch, as in ``history.csv``."""
        try:
            with (self.path / "history.csv").open(encoding="utf-8", newline="") as file:
                return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
        except (OSError, ValueError) as error:
            message = f"{self.path / 'history.csv'}: cannot be read: {error}"
            raise StorageError(message) from error

    @property
    def predictions(self) -> Mapping[str, Predictions]:
        """The stored predictions of each split."""
        from sightkit.evaluation.store import load_predictions

        files = sorted((self.path / "predictions").glob("*.npz"))
        return {file.stem: load_predictions(file) for file in files}

    @cached_property
    def model(self) -> keras.Model:
        """The trained model with the weights of its best epoch: images float32 in [0, 1] to logits.

        Raises:
            ArtefactError: the file is missing or damaged, or would run code when it is read.
        """
        import keras

        path = self.path / "model" / "model.keras"
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # a damaged archive raises nearly anything
            message = f"{path}: the model cannot be loaded: {error}"
            raise ArtefactError(message) from error

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
        from sightkit.runs.explaining import Explainer

        return Explainer(self)

    @cached_property
    def _predictor(self) -> RunPredictor:
        from sightkit.runs.prediction.predictor import RunPredictor

        return RunPredictor(self)

    @property
    def reports(self) -> list[Path]:
        """The files that its reports wrote."""
        return sorted(path for path in (self.path / "reports").rglob("*") if path.is_file())

    def _read_json(self, name: str) -> Any:
        path = self.path / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            message = f"{path}: cannot be read: {error}"
            raise StorageError(message) from error


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a run's folder, so that no other process writes into it; what a killed one left half written is removed.

    Raises:
        StorageError: another process holds it, or it is no place to write to.
    """
    path = folder / LOCK
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"{folder}: another process is at work on this run; wait for it, or end it"
        raise StorageError(message) from None
    except OSError as error:
        message = f"{folder}: cannot be written to: {error.strerror or error}"
        raise StorageError(message) from error
    try:
        for left in folder.rglob(".*.tmp"):
            left.unlink(missing_ok=True)
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink(missing_ok=True)
        lock.release()


def unfinished_run(folder: Path) -> Path | None:
    """Return the newest run in the folder of an experiment's runs that has not finished, if there is one."""
    for path in sorted(folder.glob(f"*/{MANIFEST}"), reverse=True):
        if Run(path.parent).state != "finished":
            return path.parent
    return None


def make_folder(runs_dir: Path, experiment: str) -> Path:
    """Make the folder ``runs_dir/experiment/time-id`` with the folders inside it.

    Raises:
        StorageError: it cannot be made.
    """
    started = datetime.now().strftime("%Y%m%d-%H%M%S")
    path = runs_dir / experiment / f"{started}-{secrets.token_hex(3)}"
    try:
        for name in FOLDERS:
            (path / name).mkdir(parents=True)
    except OSError as error:
        what = f"{error.filename or path}: the run's folder cannot be made: {error.strerror}"
        message = f"{what}; choose another place with --runs-dir"
        raise StorageError(message) from error
    return path
