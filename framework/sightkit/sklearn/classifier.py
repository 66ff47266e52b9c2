"""`ImageClassifier`: a run of sightkit behind the methods that scikit-learn asks of a classifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sightkit.sklearn.atomic import all_or_nothing
from sightkit.sklearn.experiment import experiment_of, of_network, params_of, refuse_changes, seed_from, source_of
from sightkit.sklearn.inputs import Samples, checked_images, checked_samples, classes_to_come, indices
from sightkit.sklearn.kept import KeptModel
from sightkit.sklearn.learned import Learned
from sightkit.sklearn.online import OnlineState, OnlineTraining
from sightkit.sklearn.parameters import WithKeys
from sightkit.sklearn.pixels import Pixels, pixels_for
from sightkit.sklearn.run import carry_out
from sightkit.sklearn.wording import in_parameters

if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike, NDArray

    from sightkit.contracts import ArchitectureTask, Network
    from sightkit.images.arrays import ArraySource


class ImageClassifier(ClassifierMixin, WithKeys):  # type: ignore[misc]  # scikit-learn has no types
    """Trains a network on images that are arrays, by a run as `sightkit.load` makes it.

    Every component is chosen by its name. What the constructor doesn't list is a key of the experiment, written with
    two underscores: ``architecture__filters=(16, 32)``, ``optimizer__learning_rate=3e-4``, ``training__ema=0.99``,
    ``training__early_stopping__patience=3``, ``images__size=(64, 64)``. Keys can be searched by `GridSearchCV` as any
    parameter can. ``None`` for one leaves it to its default.

    Images are ``(n, height, width)`` or ``(n, height, width, channels)`` with 1 or 3 channels, or flat rows where
    ``image_shape`` says what they are. A network sees pixels of 8 bits, and numbers are rounded to them.

    Args:
        architecture: The name of an architecture; or a function from an `ArchitectureTask` to a `keras.Model` or a
            `Network`, one that can be imported if the estimator is to be pickled.
        epochs: Passes over the images.
        batch_size: Images a step.
        optimizer: The name of an optimizer.
        schedule: The name of a schedule.
        loss: The name of a loss.
        augmentations: What is done to training images: names, or mappings such as ``{"use": "rotate", "degrees": 5}``.
        image_shape: ``(height, width)`` or ``(height, width, channels)`` of flat rows, -1 once for what is left.
        value_range: Which numbers are black and white, ``(low, high)``; ``"data"`` for the smallest and the largest of
            the training images. By default the type of an array says it: uint8 from 0 to 255, bool, floats from 0 to 1;
            other arrays are refused.
        validation_fraction: How much of the images is set apart, after which the best epoch is kept, and early stopping
            and calibration are possible; in [0, 1).
        class_weight: ``"balanced"``, or a mapping from classes to what their loss is multiplied by, 1 for the others.
        random_state: The experiment's seed; or a `numpy.random.RandomState` that it is drawn from, ``None`` for
            NumPy's.
        warm_start: Whether another `fit` goes on with the weights there are, if network and classes are the same.
        registries: Files registry.toml whose plugins can be named, too. Their code is run.
        runs_dir: Where the folder of the run of each `fit` is kept; by default it is removed.
        verbose: Whether epochs and warnings are printed.

    Attributes:
        classes_: The labels, sorted.
        n_features_in_: Numbers of an image.
        feature_names_in_: The names of columns, where images were rows of a table that has some.
        n_iter_: Epochs that were trained.
        history_: One row of numbers an epoch, as in history.csv.
        run_path_: The folder of the run of `fit`; ``None`` without ``runs_dir``.
    """

    def __init__(
        self,
        architecture: str | Callable[[ArchitectureTask], keras.Model | Network] = "basic-cnn",
        *,
        epochs: int = 10,
        batch_size: int = 64,
        optimizer: str = "adam",
        schedule: str = "constant",
        loss: str = "cross-entropy",
        augmentations: Sequence[str | Mapping[str, Any]] = (),
        image_shape: Sequence[int] | None = None,
        value_range: Sequence[float] | Literal["data"] | None = None,
        validation_fraction: float = 0.0,
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
        random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False,
        registries: Sequence[str | Path] = (),
        runs_dir: str | Path | None = None,
        verbose: bool = False,
        **keys: Any,
    ) -> None:
        self.architecture = architecture
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.schedule = schedule
        self.loss = loss
        self.augmentations = augmentations
        self.image_shape = image_shape
        self.value_range = value_range
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.random_state = random_state
        self.warm_start = warm_start
        self.registries = registries
        self.runs_dir = runs_dir
        self.verbose = verbose
        self._set_keys(keys)

    def __sklearn_tags__(self) -> Any:
        """Say that images have three dimensions or more, and two only where their shape is known."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.two_d_array = self.image_shape is not None
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Train a network on images, from the beginning.

        Args:
            X: The images.
            y: The label of each.
            sample_weight: How much each image counts, at least 0; only how they compare matters. Images of weight 0 are
                left out.

        Raises:
            ValueError: images, labels, weights or parameters can't be used.
            SightkitError: training diverged, a plugin failed, ...
        """
        with all_or_nothing(self):
            return self._fit(X, y, sample_weight)

    def _fit(self, images: ArrayLike, targets: ArrayLike, sample_weight: ArrayLike | None) -> Self:
        samples = checked_samples(self, images, targets, sample_weight, reset=True)
        classes, params = samples.classes, params_of(self)
        pixels = self._pixels_for(samples)
        labels, weights = indices(samples.labels, classes), samples.weights
        if weights is not None:
            weights = weights / weights.max()  # only how they compare counts, and float32 ends sooner than float64
        with in_parameters(self.keys_set()):
            experiment = experiment_of(
                self,
                source_of(pixels.of(samples.values), labels, classes, weights),
                classes=classes,
                seed=seed_from(self.random_state),
                model=self._model_to_go_on_with(classes, pixels, of_network(params)),
            )
            result = carry_out(experiment, pixels, runs_dir=self.runs_dir, verbose=self.verbose)
        self._online: OnlineTraining | OnlineState | None = None
        self.classes_, self._learned, self._network = classes, result.learned, of_network(params)
        self.history_, self.n_iter_, self.run_path_ = result.history, len(result.history), result.path
        return self

    def _pixels_for(self, samples: Samples) -> Pixels:
        return pixels_for(samples.values, image_shape=self.image_shape, value_range=self.value_range)

    def _model_to_go_on_with(
        self, classes: NDArray[Any], pixels: Pixels, network: dict[str, Any]
    ) -> keras.Model | None:
        """Return a copy of the model there is, which stays should the training fail; ``None`` to begin anew."""
        if not self.warm_start or not hasattr(self, "_learned"):
            return None
        fits = (
            self._network == network
            and self._learned.pixels.shape == pixels.shape
            and np.array_equal(self.classes_, classes)
        )
        return deepcopy(self._learned.model).model if fits else None

    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train once on each of some images, going on with the weights there are.

        The optimizer goes on as well: its moments stay from call to call, in copies and pickles too. After `fit` it
        begins anew. The learning rate is the optimizer's own. There is no schedule, no validation and no average of the
        weights, since nobody knows where the end is; stages of a training are not told apart. Parameters that were set
        since the last call count, unless they are of the network or of what it sees: these are refused.

        Args:
            X: The images.
            y: The label of each.
            classes: All labels that will ever come; needed by the first call, unless it comes after `fit`.
            sample_weight: What the loss of each image is multiplied by, at least 0. Unlike those of `fit` these weights
                are not divided by their mean, which differs from call to call.

        Raises:
            ValueError: images, labels, weights or parameters can't be used.
            SightkitError: training diverged, a plugin failed, ...
        """
        with all_or_nothing(self):
            return self._partial_fit(X, y, classes, sample_weight)

    def _partial_fit(
        self, images: ArrayLike, targets: ArrayLike, classes: ArrayLike | None, sample_weight: ArrayLike | None
    ) -> Self:
        samples = checked_samples(self, images, targets, sample_weight, reset=not hasattr(self, "_learned"))
        known, params = classes_to_come(self, classes), params_of(self)
        pixels = self._learned.pixels if hasattr(self, "_learned") else self._pixels_for(samples)
        source = source_of(pixels.of(samples.values), indices(samples.labels, known), known, samples.weights)
        online: OnlineTraining | OnlineState | None = getattr(self, "_online", None)
        with in_parameters(self.keys_set()):
            if isinstance(online, OnlineTraining) and online.params == params:
                training = online
            else:
                training = self._training_from(online, source, classes=known, params=params)
            row = training.go_on(source, epoch=getattr(self, "n_iter_", 0) + 1)
        if training is not online:
            learned = Learned(pixels=pixels, form=training.form, model=KeptModel(model=training.model))
            self.classes_, self._online, self._learned = known, training, learned
            self._network = of_network(params)
        self.history_, self.n_iter_ = [*getattr(self, "history_", []), row], int(row["epoch"])
        return self

    def _training_from(
        self,
        online: OnlineTraining | OnlineState | None,
        source: ArraySource,
        *,
        classes: NDArray[Any],
        params: dict[str, Any],
    ) -> OnlineTraining:
        """Return a training that goes on from another, or from what `fit` has learned, or that begins."""
        if hasattr(self, "_learned"):
            refuse_changes(self._network, of_network(params))
        state = online.state if isinstance(online, OnlineTraining) else online
        if state is not None and state.params["random_state"] == params["random_state"]:
            seed = state.seed
        else:
            seed = seed_from(self.random_state)
        model = deepcopy(self._learned.model).model if hasattr(self, "_learned") else None
        settings = experiment_of(self, source, classes=classes, seed=seed, model=model).settings
        return OnlineTraining(settings, source, params=params, state=state)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, float64 ``(n, classes)``, in the order of ``classes_``.

        Raises:
            ValueError: the images can't be used, or aren't as those of the training were.
        """
        images = self._images(X)
        return self._learned.probabilities(images)

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the logarithms of what `predict_proba` returns, float64 ``(n, classes)``, none of them infinite.

        Raises:
            ValueError: the images can't be used, or aren't as those of the training were.
        """
        images = self._images(X)
        return self._learned.log_probabilities(images)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the log odds of each class, ``log(p / (1 - p))``: above 0 where it is more probable than not.

        They are float64 ``(n, classes)``, or ``(n,)`` for the second of two classes, as scikit-learn has it. Where a
        probability is so near to 0 or 1 that its number is the same for several images, these still differ.

        Raises:
            ValueError: the images can't be used, or aren't as those of the training were.
        """
        images = self._images(X)
        odds = self._learned.log_odds(images)
        return odds[:, 1] if len(self.classes_) == 2 else odds

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each image, ``(n,)``; of several, the one that comes first in ``classes_``.

        Raises:
            ValueError: the images can't be used, or aren't as those of the training were.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        predicted: NDArray[Any] = self.classes_[most_probable]
        return predicted

    def _images(self, images: ArrayLike) -> NDArray[Any]:
        """Return the images of a prediction as numbers of any shape."""
        check_is_fitted(self)
        return checked_images(self, images, shape=self._learned.pixels.shape)

    @property
    def model_(self) -> keras.Model:
        """The trained network: float32 images in [0, 1] to float32 logits."""
        check_is_fitted(self)
        return self._learned.model.model

    def __getstate__(self) -> dict[str, Any]:
        """Return all of it by value: the model as the bytes of its file, the state of its optimizer as arrays."""
        state: dict[str, Any] = super().__getstate__()
        online = state.get("_online")
        return {**state, "_online": online.state} if isinstance(online, OnlineTraining) else state
