"""registry.toml: the schema of one file, and the policy that several of them make together."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sightkit.component import KINDS
from sightkit.paths import real, short
from sightkit.toml.document import Document, read_document
from sightkit.toml.messages import problems_from
from sightkit.toml.problems import TomlError

BUILT_IN = "built-in"
INSTALLED = "installed"
USER = "user"
PROJECT = "project"
COMMAND_LINE = "command line"
FILE_NAME = "registry.toml"


class PluginEntry(BaseModel):
    """``[plugins.NAME]``: where a plugin's code is, or what narrows an installed one."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    module: str | None = Field(None, description="An importable module that is the plugin.")
    path: str | None = Field(None, description="A .py file or a package's folder, relative to this file.")
    distribution: str | None = Field(None, description="Which distribution may bear this plugin name.")
    version: str | None = Field(None, description='Versions of the distribution that may load, such as ">=1,<2".')
    enabled: bool | None = Field(None, description="false: never imported.")

    @field_validator("path")
    @classmethod
    def _path_can_be_one(cls, path: str | None) -> str | None:
        if path is not None and (not path or "\0" in path):
            message = 'expected a path such as "my_plugin.py"'
            raise ValueError(message)
        return path

    @field_validator("version")
    @classmethod
    def _version_is_a_specifier(cls, version: str | None) -> str | None:
        if version is not None:
            # Imported here because few registries name versions, and every command reads the registry.
            from packaging.specifiers import InvalidSpecifier, SpecifierSet

            try:
                SpecifierSet(version)
            except InvalidSpecifier as error:
                message = 'expected a version specifier such as ">=1,<2"'
                raise ValueError(message) from error
        return version


class RegistryFile(BaseModel):
    """A registry.toml: policy, never hyperparameters."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    api: Literal[1] = Field(description="The version of this format.")
    autoload: bool | None = Field(None, description="false: installed plugins that no registry lists stay out.")
    plugins: dict[str, PluginEntry] = Field({}, description="The plugins that this file lists.")
    prefer: dict[str, dict[str, str]] = Field(
        {}, description="For each kind in the plural, which plugin a component's short name means."
    )

    @field_validator("prefer")
    @classmethod
    def _kinds_are_known(cls, prefer: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        known = [kind.plural for kind in KINDS.values()]
        if unknown := sorted(set(prefer) - set(known)):
            message = f"expected kinds in the plural ({', '.join(known)}), found {unknown[0]!r}"
            raise ValueError(message)
        return prefer


@dataclass(frozen=True)
class Layer:
    """One registry.toml in its place among the others.

    Attributes:
        name: ``"built-in"``, ``"user"``, ``"project"`` or ``"command line"``.
        document: The file, for messages and relative paths.
        content: What it says.
    """

    name: str
    document: Document
    content: RegistryFile

    @property
    def folder(self) -> Path:
        """The folder that its relative paths start from."""
        return real(self.document.path).parent

    def local(self, path: str) -> Path:
        """Return where a plugin's ``path`` leads, with no symbolic link left in it."""
        return real(self.folder / os.path.expanduser(path))  # noqa: PTH111 - pathlib's fails on an unknown user


def read_layer(name: str, path: Path) -> Layer:
    """Read one registry.toml.

    Raises:
        TomlError: everything that is wrong with the file.
    """
    return parse_layer(name, read_document(path, label=short(path)))


def parse_layer(name: str, document: Document) -> Layer:
    """Make a layer of a document that was read; raises as `read_layer` does."""
    try:
        return Layer(name, document, RegistryFile.model_validate(document.data))
    except ValidationError as error:
        raise TomlError(problems_from(error, document, RegistryFile)) from None


def built_in_path() -> Path:
    """Return the registry.toml that ships with sightkit: in the wheel, or the checkout's in an editable install."""
    package = Path(sys.modules["sightkit"].__file__ or "").parent
    inside = package / FILE_NAME
    return inside if inside.is_file() else package.parents[1] / FILE_NAME


def user_path() -> Path:
    """Return where the user's own registry.toml belongs, whether or not there is one."""
    from platformdirs import user_config_path

    return user_config_path("sightkit") / FILE_NAME


@dataclass(frozen=True)
class Policy:
    """What the layers decide together; a later layer wins over an earlier one."""

    layers: Sequence[Layer]

    def entries(self, name: str) -> list[tuple[Layer, PluginEntry]]:
        """Return what each layer says of a plugin, the winning one last."""
        return [(layer, layer.content.plugins[name]) for layer in self.layers if name in layer.content.plugins]

    def last(self, name: str, field: Literal["enabled", "version", "distribution"]) -> tuple[Layer, object] | None:
        """Return the layer that decides a field of a plugin's entry, with its value; ``None`` if none says it."""
        said = [(layer, getattr(entry, field)) for layer, entry in self.entries(name)]
        return next(((layer, value) for layer, value in reversed(said) if value is not None), None)

    @cached_property
    def listed(self) -> list[str]:
        """The plugins that any layer names, sorted."""
        return sorted({name for layer in self.layers for name in layer.content.plugins})

    @cached_property
    def autoload_off(self) -> Layer | None:
        """The layer that keeps out the installed plugins that no layer lists, if one does."""
        said = [layer for layer in self.layers if layer.content.autoload is not None]
        return said[-1] if said and said[-1].content.autoload is False else None

    @cached_property
    def prefer(self) -> Mapping[tuple[str, str], str]:
        """The plugin that a kind's (in the plural) short name means."""
        return {
            (plural, component): plugin
            for layer in self.layers
            for plural, choices in layer.content.prefer.items()
            for component, plugin in choices.items()
        }

    def chosen(self, name: str) -> bool:
        """Say whether anybody lists a plugin, beyond the list that ships with sightkit."""
        return any(layer.name != BUILT_IN for layer, _ in self.entries(name))

    def decided_by(self, name: str) -> str:
        """Return the name of the layer that last spoke of a plugin."""
        said = self.entries(name)
        return said[-1][0].name if said else INSTALLED
