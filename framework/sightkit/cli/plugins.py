"""``sightkit plugins``: which plugins there are, what became of each, and whose code may run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.console import print_json, print_table, print_text
from sightkit.cli.options import (
    JsonOption,
    RegistryOption,
    StrictOption,
    TrustOption,
)
from sightkit.cli.plugin_check import check_plugin
from sightkit.cli.plugin_new import new_plugin

if TYPE_CHECKING:
    from sightkit.registry.records import PluginRecord

app = typer.Typer(
    no_args_is_help=True,
    help="List plugins, look at one, check one, begin one, trust a project's own.",
    epilog="Example:  sightkit plugins list",
)
app.command("check")(check_plugin)
app.command("new")(new_plugin)


def complete_plugin(incomplete: str) -> list[str]:
    """Return the plugins that a word may become, for the shell."""
    from sightkit.registry.registry import Registry

    return [record.name for record in Registry().plugins if record.name.startswith(incomplete)]


@app.command("list")
def list_plugins(
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """List every plugin: loaded or not, why, from where, and who decided.

    Example:  sightkit plugins list
    """
    from sightkit.cli.opening import open_registry

    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    if json:
        print_json([document(record) for record in opened.plugins])
    else:
        rows = [[record.name, record.status, record.layer, record.origin, remark(record)] for record in opened.plugins]
        print_table(["plugin", "status", "decided by", "origin", "offers, or why not"], rows)
    if strict:
        opened.require_sound()


@app.command("show")
def show_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The plugin's name.", autocompletion=complete_plugin)],
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Show one plugin: what it offers, or the traceback of its failure.

    Example:  sightkit plugins show basic-cnn
    """
    from sightkit.cli.opening import open_registry
    from sightkit.errors import ConfigError
    from sightkit.registry.catalogue import not_installed

    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    record = next((record for record in opened.plugins if record.name == name), None)
    if record is None:
        raise ConfigError(not_installed(name, opened.plugins))
    if json:
        print_json(document(record))
        return
    facts = {
        "plugin": record.name,
        "status": f"{record.status} (decided by: {record.layer})",
        "origin": record.origin,
        "code": record.code,
        "import": f"{1000 * record.seconds:.1f} ms" if record.seconds else "",
        "reason": record.reason,
        "notes": "; ".join(record.notes),
    }
    print_text("\n".join(f"{key:8}{value}" for key, value in facts.items() if value))
    offers = [[kind, each.name, each.summary] for kind, found in record.components.items() for each in found]
    offers += [["recipe", recipe.name, str(recipe.path)] for recipe in record.recipes]
    if offers:
        print_text("")
        print_table(["kind", "name", "summary"], offers)
    if record.traceback:
        print_text(f"\n{record.traceback.rstrip()}")


@app.command("trust")
def trust_project_folder(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The project's folder.")] = Path(),
    revoke: Annotated[bool, typer.Option("--revoke", metavar="", help="Trust it no longer.")] = False,
) -> None:
    """Let a project's registry.toml count, with the code it names as it is now.

    Its path and the hash of it and of every file of its local plugins are recorded; when one of them changes, it
    counts for nothing until it is trusted again.

    Example:  sightkit plugins trust .
    """
    from sightkit.errors import ConfigError
    from sightkit.registry import trust
    from sightkit.registry.policy import FILE_NAME

    path = folder / FILE_NAME if folder.name != FILE_NAME else folder
    if revoke:
        known = trust.revoke(path)
        print_text(f"{path}: trusted no longer" if known else f"{path}: was not trusted")
        return
    if not path.is_file():
        message = f"{path}: no such file; expected a project's registry.toml"
        raise ConfigError(message)
    project = trust.Project(path)
    trust.trust(project)
    print_table(["trusted file", "sha256"], [[name, digest[:16]] for name, digest in sorted(project.digests.items())])


def remark(record: PluginRecord) -> str:
    """Return what a plugin offers, with what is odd about it, or why it is not loaded."""
    if record.reason:
        return record.reason
    offers = [f"{kind} {each.name}" for kind, found in record.components.items() for each in found]
    offers += [f"recipe {recipe.name}" for recipe in record.recipes]
    notes = f"note: {'; '.join(record.notes)}" if record.notes else ""
    return "; ".join(part for part in [", ".join(offers), notes] if part)


def document(record: PluginRecord) -> dict[str, Any]:
    """Return a plugin's record as JSON."""
    return {
        "name": record.name,
        "status": record.status,
        "decided_by": record.layer,
        "origin": record.origin,
        "distribution": record.distribution,
        "version": record.version,
        "code": record.code,
        "reason": record.reason,
        "traceback": record.traceback,
        "notes": list(record.notes),
        "import_seconds": record.seconds,
        "components": {kind: [each.name for each in found] for kind, found in record.components.items() if found},
        "recipes": [recipe.name for recipe in record.recipes],
    }
