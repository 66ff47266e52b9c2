"""Writing a new plugin distribution: one folder, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.component import KINDS, Component
from sightkit.errors import ConfigError, StorageError
from sightkit.scaffold.names import package_of

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
DISTRIBUTION = "distribution"
SUFFIX = ".jinja"


def write_plugin(name: str, *, kinds: Collection[type[Component[Any]]], folder: Path) -> list[Path]:
    """Write a distribution that offers a small working component of each kind, and return its files.

    Args:
        name: What the plugin and the distribution are called, as `sightkit.scaffold.names.check_name` allows it.
        kinds: Of which kinds it offers one.
        folder: Where it goes; made here.

    Raises:
        ConfigError: there is something at ``folder`` already.
        StorageError: it cannot be written.
    """
    if os.path.lexists(folder):
        message = f"{folder}: expected a folder that is not there yet; choose another one (--output), or remove it"
        raise ConfigError(message)
    files = rendered(name, {kind.kind for kind in kinds})
    temporary = folder.parent / f".{folder.name}.{uuid.uuid4().hex}.tmp"
    try:
        try:
            for path, text in files.items():
                (temporary / path).parent.mkdir(parents=True, exist_ok=True)
                (temporary / path).write_text(text, encoding="utf-8", newline="\n")
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        message = f"{folder}: cannot be written: {error.strerror or error}"
        raise StorageError(message) from error
    return [folder / path for path in files]


def rendered(name: str, kinds: Collection[str]) -> dict[Path, str]:
    """Return the text of every file of a distribution by its path in it, sorted."""
    environment, package = templates(), package_of(name)
    chosen = [kind for kind in KINDS if kind in kinds]
    modules = {kind: [path.name.partition(".")[0] for path in sorted((TEMPLATES / kind).iterdir())] for kind in chosen}
    # A module whose name begins with "_" belongs to the component beside it.
    components = {kind: next(each for each in found if not each.startswith("_")) for kind, found in modules.items()}
    about = {"name": name, "package": package, "modules": components, "kinds": KINDS}
    targets: Mapping[Path, str] = {
        **{Path(package) / f"{module}.py": f"{kind}/{module}.py" for kind in chosen for module in modules[kind]},
        Path(package) / "__init__.py": f"{DISTRIBUTION}/__init__.py",
        Path(package) / "py.typed": f"{DISTRIBUTION}/py.typed",
        Path("tests") / f"test_{package}.py": f"{DISTRIBUTION}/tests.py",
        Path(f"{name}.toml"): f"{DISTRIBUTION}/experiment.toml",
        Path("README.md"): f"{DISTRIBUTION}/README.md",
        Path("pyproject.toml"): f"{DISTRIBUTION}/pyproject.toml",
    }
    return {path: environment.get_template(targets[path] + SUFFIX).render(about) for path in sorted(targets)}


def templates() -> Environment:
    """Return where templates are rendered."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # Python and TOML, of names that need no escape
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kebab"] = lambda module: module.replace("_", "-")
    return environment
