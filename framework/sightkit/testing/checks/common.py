"""What every component owes, whatever its kind: a light module, and parameters that TOML and editors can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sightkit.errors import PluginError
from sightkit.experiment.table_schema import table_schema
from sightkit.experiment.text import toml_text
from sightkit.registry.catalogue import missing_requirements
from sightkit.testing.contract import Check
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.fresh import Lines, heavy_imports, module_of
from sightkit.testing.subject import Subject
from sightkit.toml.document import dotted
from sightkit.use import as_table

STRANGER = "no-such-parameter"


def imports_lightly(subject: Subject) -> None:
    """Importing its module in a fresh interpreter loads none of the heavy libraries."""
    module = module_of(subject.component)
    if module is None:
        reason = "it is not written in a module that a fresh interpreter could import"
        raise NotApplicableError(reason)
    if module not in subject.known:
        (subject.known[module],) = heavy_imports([module]).values()
    if heavy := subject.known[module]:
        raise BrokenContractError(
            expected=f"importing {subject.file} to load no heavy library",
            found=", ".join(f"it loads {name}{place_of(lines, subject)}" for name, lines in heavy.items()),
            remedy="move these imports into the functions that need them, or under TYPE_CHECKING for annotations",
        )


def place_of(lines: Lines, subject: Subject) -> str:
    """Return in words the line of the component's own code among those that led to an import, if there is one."""
    folder = subject.file and subject.file.parent
    return next((f" at {file}:{line}" for file, line in lines if Path(file).parent == folder), "")


def is_documented(subject: Subject) -> None:
    """It has a summary of one line, and every parameter has a description."""
    summary = subject.component.summary
    if not summary.strip() or len(summary.splitlines()) > 1:
        raise BrokenContractError(
            expected="a summary of one line, for lists and editors",
            found=repr(summary),
            remedy='say in a few words what it is: summary="Random pixels turned white."',
        )
    try:
        schema = table_schema(subject.component.params)
    except Exception as error:
        reason = "its JSON Schema cannot be made"
        raise NotApplicableError(reason) from error
    if missing := list(undescribed(schema)):
        raise BrokenContractError(
            expected="a description of every parameter, with its unit",
            found=f"none of {', '.join(missing)}",
            remedy='write Field(..., description="How many pixels turn white, as a fraction of all.")',
        )


def undescribed(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the parameters without a description, those of nested tables after their tables' names."""
    tables = {"": schema, **{f"{name}.": table for name, table in schema.get("definitions", {}).items()}}
    for prefix, table in tables.items():
        for name, field in table.get("properties", {}).items():
            if not field.get("description", "").strip():
                yield f"{prefix}{name}"


def has_valid_parameters(subject: Subject) -> None:
    """Its defaults are valid, together with the example for the parameters that have none."""
    try:
        _ = subject.use
    except ValidationError as error:
        lines = error.errors(include_url=False)
    else:
        return
    missing = [dotted(line["loc"]) for line in lines if "missing" in line["type"]]
    if missing:
        raise BrokenContractError(
            expected="an example of every parameter that has no default",
            found=f"none of {', '.join(missing)}",
            remedy=f"give one in sightkit_examples, or with --example {subject.component.name}.{missing[0]}=VALUE",
        )
    line = lines[0]
    at, said = dotted(line["loc"]), line["msg"]
    if line["loc"] and line["loc"][0] in subject.values:
        raise BrokenContractError(
            expected="an example that is valid",
            found=f"{at}: {said}",
            remedy="mend the example, or the model that refuses it",
        )
    raise BrokenContractError(
        expected="defaults that are valid themselves",
        found=f"the default of {at or 'the parameters'}: {said}",
        remedy="change the default, or the bounds that it breaks",
    )


def refuses_unknown_keys(subject: Subject) -> None:
    """A key that it does not know is refused, so that nobody's misspelt parameter is passed over."""
    params = subject.component.params
    try:
        params.model_validate_json(f'{{"{STRANGER}": 1}}', context=subject.registry.catalogue)
    except ValidationError as error:
        if any(line["loc"] == (STRANGER,) for line in error.errors(include_url=False)):
            return
    except Exception as error:
        raise BrokenContractError(
            expected="an unknown key to be refused by pydantic",
            found=f"{type(error).__name__}: {error}",
            remedy="raise ValueError in validators, and look up no key that may be missing",
        ) from error
    raise BrokenContractError(
        expected=f"the unknown key {STRANGER} to be refused",
        found=f"{params.__name__} accepts it",
        remedy='leave model_config as sightkit.Params has it: extra="forbid"',
    )


def can_be_written_and_read_again(subject: Subject) -> None:
    """Its parameters, written to TOML and read again, are the same: runs are resumed from what was written."""
    table = as_table(subject.use)
    del table["use"]
    try:
        text = toml_text({"parameters": table})
        read = Subject(subject.found, parse(text), subject.registry).use.params
    except (ValidationError, ValueError, TypeError) as error:
        raise BrokenContractError(
            expected="parameters that can be written to TOML and read again",
            found=" ".join(str(error).split()),
            remedy="use types that TOML has (bool, int, float, str, Path, tuples and Params of these), and validators "
            "that accept what they return",
        ) from error
    if read != subject.use.params:
        raise BrokenContractError(
            expected=f"{subject.use.params!r} after it was written to TOML and read again",
            found=repr(read),
            remedy="let validators return what they were given; derive other values in build",
        )


def parse(text: str) -> dict[str, Any]:
    """Return the table of parameters of a TOML text."""
    import tomllib

    table: dict[str, Any] = tomllib.loads(text).get("parameters", {})
    return table


def has_a_schema_for_editors(subject: Subject) -> None:
    """Its JSON Schema can be made, names every parameter, and the defaults in it mean the same as none at all."""
    try:
        schema = table_schema(subject.component.params)
    except Exception as error:
        raise BrokenContractError(
            expected="a JSON Schema of its parameters, for editors",
            found=f"{type(error).__name__}: {' '.join(str(error).split())}",
            remedy="use types that JSON Schema can describe: bool, int, float, str, Path, Literal, tuples, Params, Use",
        ) from error
    stated = {key: field["default"] for key, field in schema.get("properties", {}).items() if "default" in field}
    try:
        read = Subject(subject.found, {**stated, **subject.values}, subject.registry).use.params
    except (ValidationError, PluginError) as error:
        raise BrokenContractError(
            expected="the defaults in its JSON Schema to be valid",
            found=" ".join(str(error).split()),
            remedy="use types whose values JSON can hold as they are, without serializers of your own",
        ) from error
    if read != subject.use.params:
        raise BrokenContractError(
            expected=f"{subject.use.params!r}, as without any parameter",
            found=f"{read!r} from the defaults in its JSON Schema",
            remedy="use types whose values JSON can hold as they are, without serializers of your own",
        )


def has_what_it_requires(subject: Subject) -> None:
    """The distributions that it requires are installed."""
    if missing := missing_requirements(subject.component.requires):
        needed = " ".join(f"'{requirement}'" for requirement in missing)
        reason = f"it needs {', '.join(missing)}, which is not installed; pip install {needed}"
        raise NotApplicableError(reason)


VALID = Check(has_valid_parameters)
COMPLETE = Check(has_what_it_requires)

ALWAYS = (Check(imports_lightly), Check(is_documented), VALID, Check(refuses_unknown_keys))
WITH_PARAMETERS = (Check(can_be_written_and_read_again, (VALID,)), Check(has_a_schema_for_editors, (VALID,)), COMPLETE)
NEEDED_TO_BUILD = (VALID, COMPLETE)
