"""An architecture alone, built without an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sightkit.component import Architecture
from sightkit.config.overrides import as_toml_value
from sightkit.config.tree import Origin, Tree
from sightkit.errors import ConfigError
from sightkit.paths import working_directory
from sightkit.registry.registry import Registry
from sightkit.use import UnknownComponentError, validate_params

if TYPE_CHECKING:
    import keras


def build_architecture(
    name: str,
    *,
    image_shape: tuple[int, int, int],
    num_classes: int,
    seed: int = 0,
    registry: Registry | None = None,
    **params: Any,
) -> keras.Model:
    """Return one plain, untrained Keras model: images float32 in [0, 1] to float32 logits.

    Args:
        name: The architecture: ``"basic-cnn"``.
        image_shape: ``(height, width, channels)``.
        num_classes: The number of logits.
        seed: Of the initial weights.
        registry: The plugins it may come from; by default the built-in and the installed ones.
        **params: The architecture's parameters.

    Raises:
        ConfigError: no such architecture, or its parameters or the other arguments are wrong.
        PluginError: the architecture breaks its contract.
    """
    from pydantic import ValidationError

    from sightkit.contracts import ArchitectureTask
    from sightkit.runs.building.network import build_network
    from sightkit.toml.messages import problems_from
    from sightkit.toml.problems import TomlError
    from sightkit.use import Use

    check_task(image_shape, num_classes=num_classes, seed=seed)
    registry = registry or Registry()
    values = as_toml_value(params)
    try:
        found = registry.catalogue.find(Architecture[Any], name)
        use = Use(found, validate_params(found, values, registry.catalogue), name)
    except UnknownComponentError as error:
        message = f"architecture {name!r}: {error.message}"
        raise ConfigError(message) from None
    except ValidationError as error:
        place = Tree.of(values, Origin("build_architecture", working_directory()))
        raise TomlError(problems_from(error, place, found.component.params)) from None
    # Nothing is known of the images: zero mean and unit deviation leave them as they are.
    channels = image_shape[2]
    task = ArchitectureTask(
        image_shape=image_shape,
        num_classes=num_classes,
        channel_mean=(0.0,) * channels,
        channel_std=(1.0,) * channels,
    )
    return build_network(use, task, seed=seed).model


def check_task(image_shape: Sequence[object], *, num_classes: object, seed: object) -> None:
    """Refuse what no architecture can be built for.

    Raises:
        ConfigError: which argument it is.
    """
    if len(image_shape) != 3 or not all(isinstance(side, int) and side >= 1 for side in image_shape):
        message = f"image_shape: expected (height, width, channels), each at least 1, found {image_shape!r}"
        raise ConfigError(message)
    if not isinstance(num_classes, int) or num_classes < 1:
        message = f"num_classes: expected a whole number of at least 1, found {num_classes!r}"
        raise ConfigError(message)
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        message = f"seed: expected a whole number of at least 0 and below 2**32, found {seed!r}"
        raise ConfigError(message)
