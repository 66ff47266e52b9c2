"""Components: the light descriptors that plugins offer, one subclass a kind, and their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar, dataclass_transform

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import (
        ArchitectureTask,
        AugmentationTask,
        DatasetTask,
        ExtensionTask,
        ImageSource,
        LossFunction,
        LossTask,
        MetricFunction,
        MetricTask,
        Network,
        OptimizerTask,
        ReportFunction,
        ReportTask,
        ScheduleFunction,
        ScheduleTask,
        Transform,
    )


@dataclass(frozen=True)
class ReadBefore:
    """Marks a path among parameters: what is there is read, and nothing can be built without it."""


InputFile: TypeAlias = Annotated[Path, ReadBefore()]
"""A parameter that is the path of a file which has to be there: ``sightkit check`` says where it isn't."""

KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_KEYS = frozenset({"use", "name"})


class Params(BaseModel):
    """The parameters of a component: every field with a description, bounds and, where it has one, a unit.

    Strict and frozen: ``"3"`` never becomes 3, unknown keys are refused, and so are infinities and ``nan``. A field
    of type ``Use[Augmentation]`` holds another component. ``use`` and ``name`` are reserved.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        # Most components that are installed are not used in an experiment: their validators are built on first use.
        defer_build=True,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        keys = {field.alias or name for name, field in cls.model_fields.items()}
        if reserved := RESERVED_KEYS & {*keys, *cls.model_fields}:
            message = f"{cls.__qualname__} has a field {min(reserved)!r}, which is reserved; call it something else"
            raise TypeError(message)
        for field in cls.model_fields.values():
            if holds_path(field.default):
                # As part of JSON, which parameters are validated as, a path is a string: pydantic would refuse it.
                field.validate_default = False


def holds_path(value: Any) -> bool:
    """Say whether a default is a path, or an array or a table with one in it."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    return any(map(holds_path, value)) if isinstance(value, tuple | list) else isinstance(value, Path)


P = TypeVar("P", bound=Params)


# The kinds below are dataclasses to type checkers, each with its own type of `build`. At run time all of them have the
# methods of this one: making the same again for each takes as long as importing several plugins.
@dataclass_transform(frozen_default=True, kw_only_default=True)
@dataclass(frozen=True, kw_only=True)
class Component(Generic[P]):
    """One named thing that a plugin offers. Making one is cheap; the heavy work is in ``build``.

    Attributes:
        name: kebab-case, as in the TOML: ``"basic-cnn"``.
        summary: One line, for lists, docs and editor completion.
        params: The model of its parameters.
        build: ``(params, task) -> result``; imports what it needs when it is called.
        requires: Distributions beyond sightkit's own dependencies, as requirement strings: ``"albumentations>=2"``.
        deprecated: What to use instead, where it is deprecated.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]

    name: str
    summary: str
    params: type[P]
    build: Callable[[P, Any], object]
    requires: tuple[str, ...] = ()
    deprecated: str | None = None

    def __post_init__(self) -> None:
        if not KEBAB_CASE.fullmatch(self.name):
            message = f'the {self.kind} is named {self.name!r}; expected kebab-case, such as "basic-cnn"'
            raise ValueError(message)
        if not (isinstance(self.params, type) and issubclass(self.params, Params)):
            message = f"{self.kind} {self.name!r}: params is {self.params!r}; expected a subclass of sightkit.Params"
            raise TypeError(message)
        if not isinstance(self.summary, str) or not isinstance(self.deprecated, str | None):
            message = f"{self.kind} {self.name!r}: summary and deprecated are sentences; expected strings"
            raise TypeError(message)
        if not callable(self.build):
            message = f"{self.kind} {self.name!r}: build is {self.build!r}; expected a function of params and task"
            raise TypeError(message)
        if not isinstance(self.requires, tuple):
            message = f'{self.kind} {self.name!r}: requires is {self.requires!r}; expected a tuple: ("scipy>=1",)'
            raise TypeError(message)
        for requirement in self.requires:
            check_requirement(requirement)


def check_requirement(text: str) -> None:
    """Insist that ``text`` is a requirement.

    Raises:
        ValueError: it is none.
    """
    name, version = "[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*", r"(>=|<=|==|!=|<|>)[0-9]+(\.[0-9]+)*"
    if re.fullmatch(f"{name}({version}(,{version})*)?", text):
        return
    # Imported for what is not as plain as this: it takes as long as importing twenty components.
    from packaging.requirements import Requirement

    Requirement(text)


class Dataset(Component[P]):
    """Where images and labels come from."""

    kind = "dataset"
    plural = "datasets"
    build: Callable[[P, DatasetTask], ImageSource]


class Augmentation(Component[P]):
    """A random change to training images."""

    kind = "augmentation"
    plural = "augmentations"
    build: Callable[[P, AugmentationTask], Transform]


class Architecture(Component[P]):
    """A network from images to logits."""

    kind = "architecture"
    plural = "architectures"
    build: Callable[[P, ArchitectureTask], Network | keras.Model]


class Optimizer(Component[P]):
    """A rule that turns gradients into updates. Its params have a field ``learning_rate``."""

    kind = "optimizer"
    plural = "optimizers"
    build: Callable[[P, OptimizerTask], keras.optimizers.Optimizer]


class Schedule(Component[P]):
    """How the learning rate changes over the steps."""

    kind = "schedule"
    plural = "schedules"
    build: Callable[[P, ScheduleTask], ScheduleFunction]


class Loss(Component[P]):
    """What training makes small."""

    kind = "loss"
    plural = "losses"
    build: Callable[[P, LossTask], LossFunction]


class Metric(Component[P]):
    """A number that says how good predictions are."""

    kind = "metric"
    plural = "metrics"
    build: Callable[[P, MetricTask], MetricFunction]


class Report(Component[P]):
    """Files made from the predictions of a run."""

    kind = "report"
    plural = "reports"
    build: Callable[[P, ReportTask], ReportFunction]


class Extension(Component[P]):
    """An object whose methods are run hooks, at work while a run goes on."""

    kind = "extension"
    plural = "extensions"
    build: Callable[[P, ExtensionTask], object]


KINDS: Mapping[str, type[Component[Any]]] = {
    kind.kind: kind
    for kind in (Dataset, Augmentation, Architecture, Optimizer, Schedule, Loss, Metric, Report, Extension)
}
"""Every kind by its name. A new kind is a class above, a hook in `sightkit.hookspecs` and a row here."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """An experiment that ships inside a plugin.

    Attributes:
        name: kebab-case, what ``sightkit run`` takes.
        path: The TOML file.
    """

    name: str
    path: Path

    def __post_init__(self) -> None:
        if not KEBAB_CASE.fullmatch(self.name):
            message = f'the recipe is named {self.name!r}; expected kebab-case, such as "fashion-mnist"'
            raise ValueError(message)


def collecting_hook(kind: type[Component[Any]]) -> str:
    """Return the name of the hook that collects components of ``kind``: ``sightkit_architectures``."""
    return f"sightkit_{kind.plural}"
