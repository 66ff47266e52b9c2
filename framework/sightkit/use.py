"""`Use`: a component chosen in TOML with its parameters, at the top of an experiment or inside another component."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, PydanticUserError, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from sightkit.component import RESERVED_KEYS, Component, Params
from sightkit.errors import PluginError, SightkitError
from sightkit.toml.models import field_names

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

C = TypeVar("C", bound=Component[Any])
KIND_KEY = "sightkit_kind"

PYTHON, THIS_PROCESS = "python", "this process"
"""The plugin and the origin of components that were handed over in Python."""

LONGEST_LABEL = 100
LABEL = re.compile(rf"""[^./\\:"\x00-\x1f\x7f][^/\\:"\x00-\x1f\x7f]{{0,{LONGEST_LABEL - 1}}}""")
"""A metric's, report's or extension's ``name``: it becomes part of the names of files, and a key of ``scores.json``."""


class Lookup(Protocol):
    """What turns a kind and a name into a component: the catalogue, handed to pydantic as the context."""

    def find(self, kind: type[C], name: str) -> Found[C]:
        """Return the component.

        Raises:
            UnknownComponentError: there is none of this name, or more than one, or it can't be used.
        """

    def own(self, kind: type[C], name: str) -> str:
        """Return what ``use`` says where nobody has said anything: the name, or the identity of sightkit's own."""

    def names(self, kind: type[C]) -> list[str]:
        """Return the names that `find` accepts, for messages."""


@dataclass(frozen=True, slots=True)
class Found(Generic[C]):
    """A component and where it came from.

    Attributes:
        component: The component.
        plugin: The name of its plugin.
        origin: The distribution and its version, or the file, that the plugin came from: ``"sightkit 0.1.0"``.
    """

    component: C
    plugin: str
    origin: str

    @property
    def identity(self) -> str:
        """``plugin/component``, unique among everything that is loaded."""
        return f"{self.plugin}/{self.component.name}"

    @property
    def handed_over(self) -> bool:
        """Whether it was handed over in Python: no other process finds it."""
        return self.origin == THIS_PROCESS


class Implied(str):
    """The name of a component that an experiment has without naming it.

    It means sightkit's own, even where others offer one of that name: to install or add those changes no experiment.
    """

    __slots__ = ()


class UnknownComponentError(Exception):
    """No component of this kind and name can be used.

    Attributes:
        message: Which of misspelt, disabled, failed or not installed it is, and what to do.
        plugin_failed: Whether a plugin that failed is to blame, rather than the experiment.
    """

    def __init__(self, message: str, *, plugin_failed: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.plugin_failed = plugin_failed


class Use(Generic[C]):
    """A component with its parameters; ``use.component.build(use.params, task)`` makes the thing itself.

    Attributes:
        found: The component and where it came from.
        params: Its validated parameters.
        written: The name in the TOML: ``"adam"`` or ``"acme/adam"``.
        label: The ``name`` that metrics, reports and extensions may be given, where one was.
    """

    # Not a dataclass: pydantic would look at the fields of one that is generic, and not at its schema below.
    NAMED: ClassVar[frozenset[str]] = frozenset({"metric", "report", "extension"})

    def __init__(self, found: Found[C], params: Params, written: str, label: str | None = None) -> None:
        self.found = found
        self.params = params
        self.written = written
        self.label = label

    def __repr__(self) -> str:
        return f"Use({self.found.identity!r}, {self.params!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Use) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.found.component, self.found.plugin, self.params, self.label

    @property
    def component(self) -> C:
        """The component."""
        return self.found.component

    @property
    def name(self) -> str:
        """What scores, ``monitor`` and files call it: its ``name``, else its component's."""
        return self.label or self.component.name

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        kind = kind_of(source)
        return core_schema.with_info_plain_validator_function(
            lambda value, info: validate_use(kind, value, info.context),
            serialization=core_schema.plain_serializer_function_ser_schema(as_table),
            metadata={KIND_KEY: kind.kind},
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # Not a $ref yet: pydantic follows those at once, and the kinds are defined when all components are known.
        return {KIND_KEY: schema["metadata"][KIND_KEY]}


def kind_of(source: Any) -> type[Component[Any]]:
    """Return the kind named by an annotation such as ``Use[Augmentation]`` or ``Use[Augmentation[Any]]``."""
    (kind,) = get_args(source) or (None,)
    kind = get_origin(kind) or kind
    if not (isinstance(kind, type) and issubclass(kind, Component)):
        message = f"{source!r} does not say which kind of component; write Use[Augmentation], for example"
        raise TypeError(message)
    return kind


def as_table(use: Use[Any]) -> dict[str, Any]:
    """Return the TOML table that ``use`` was made from, with all defaults filled in."""
    label = {} if use.label is None else {"name": use.label}
    return {"use": use.written, **label, **use.params.model_dump(mode="json", exclude_none=True)}


def validate_use(kind: type[C], value: Any, lookup: Lookup | None) -> Use[C]:
    """Turn the table ``{use = "...", ...}`` into a `Use`, or report every mistake in it at its own key."""
    if isinstance(value, Use):
        return value
    if not isinstance(value, Mapping):
        raise PydanticCustomError("component_table", "expected a table with a key `use`")
    if lookup is None:
        message = "a component is validated with the catalogue as pydantic's context"
        raise TypeError(message)
    written, label = value.get("use"), value.get("name") if kind.kind in Use.NAMED else None
    if isinstance(written, Implied):
        written = lookup.own(kind, written)
    problems = reserved_key_problems(kind, value, lookup)
    if isinstance(written, str):
        try:
            found = lookup.find(kind, written)
            params = validate_params(found, value, lookup)
        except UnknownComponentError as error:
            failed = "plugin_failed" if error.plugin_failed else "unknown_component"
            told = PydanticCustomError(failed, "{reason}", {"reason": error.message})
            problems.append({"type": told, "loc": ("use",), "input": written})
        except ValidationError as error:
            problems.extend(retold(line, line.get("ctx", {})) for line in error.errors(include_url=False))
        else:
            if not problems:
                return Use(found, params, written, label)
    raise ValidationError.from_exception_data(kind.kind, problems)


def reserved_key_problems(
    kind: type[Component[Any]], value: Mapping[str, Any], lookup: Lookup
) -> list[InitErrorDetails]:
    """Return what is wrong with ``use`` and ``name`` in a component's table."""
    problems: list[InitErrorDetails] = []
    if "use" not in value:
        error = PydanticCustomError("missing_use", "{names}", {"names": ", ".join(lookup.names(kind))})
        problems.append({"type": error, "loc": ("use",), "input": dict(value)})
    elif not isinstance(value["use"], str):
        problems.append({"type": "string_type", "loc": ("use",), "input": value["use"]})
    if "name" in value and kind.kind in Use.NAMED:
        label = value["name"]
        if not isinstance(label, str):
            problems.append({"type": "string_type", "loc": ("name",), "input": label})
        elif not LABEL.fullmatch(label):
            rule = f'a name of at most {LONGEST_LABEL} characters that files may have too, such as "macro-f1"'
            error = PydanticCustomError("bad_name", "{rule}", {"rule": rule})
            problems.append({"type": error, "loc": ("name",), "input": label})
    return problems


def validate_params(found: Found[Any], value: Mapping[str, Any], lookup: Lookup) -> Params:
    """Validate the parameters of a component; errors say which component they belong to and what it knows.

    Raises:
        ValidationError: they are wrong.
        PluginError: their model is.
    """
    reserved = RESERVED_KEYS if found.component.kind in Use.NAMED else {"use"}
    given = {key: item for key, item in value.items() if key not in reserved}
    model: type[Params] = found.component.params
    try:
        with usable_params(found):
            return model.model_validate_json(json.dumps(given), context=lookup)
    except ValidationError as error:
        owner = f"{found.component.name}, from {found.origin}"
        lines = [
            retold(line, {"owner": owner, "valid": valid_keys(model, line["loc"], reserved), **line.get("ctx", {})})
            for line in error.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data(found.component.name, lines) from None


@contextmanager
def usable_params(found: Found[Any]) -> Iterator[None]:
    """Blame a component's plugin if the model of its parameters fails: pydantic builds it, and runs it, on first use.

    Raises:
        PluginError: with the reason.
    """
    try:
        yield
    except (ValidationError, SightkitError):
        raise
    except (Exception, SystemExit) as error:
        made = found.component
        said = error.message if isinstance(error, PydanticUserError) else f"{type(error).__name__}: {error}"
        reason = said.split("\n")[0]
        message = f"plugin {found.plugin} ({found.origin}): {made.kind} {made.name}: its params can't be used: {reason}"
        raise PluginError(message) from error


def valid_keys(model: type[BaseModel], location: tuple[int | str, ...], reserved: Iterable[str]) -> list[str]:
    """Return the keys that the table of an error knows."""
    return [*field_names(model, location), *(reserved if len(location) == 1 else ())]


def retold(line: Any, context: dict[str, Any]) -> InitErrorDetails:
    """Return an error line of pydantic's as it is raised again, with a context of ours."""
    told = PydanticCustomError(line["type"], "{message}", {**context, "message": line["msg"]})
    return {"type": told, "loc": line["loc"], "input": line["input"]}
