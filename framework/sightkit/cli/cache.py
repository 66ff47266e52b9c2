"""``sightkit cache``: which prepared images and features are kept, and how to be rid of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sightkit.cli.console import print_json, print_table, print_text, warn
from sightkit.cli.options import CacheOption, JsonOption
from sightkit.files import readable_size

if TYPE_CHECKING:
    from sightkit.images.store.kept import Kept

app = typer.Typer(
    no_args_is_help=True,
    help="List or remove the prepared images and features that are kept.",
    epilog="Example:  sightkit cache list",
)


@app.command("list")
def list_stores(*, cache_dir: CacheOption = None, json: JsonOption = False) -> None:
    """List the prepared images and the features of frozen backbones that are kept, the ones used last first.

    Example:  sightkit cache list
    """
    from sightkit.images.store.kept import kept_stores
    from sightkit.runs.data.cache import cache_folder

    folder = cache_folder(cache_dir)
    stores = kept_stores(folder)
    if json:
        print_json({"folder": str(folder), "stores": [document(kept) for kept in stores]})
    elif stores:
        print_table(["store", "dataset", "images", "size", "last used"], [row(kept) for kept in stores])
        print_text(f"\n{readable_size(sum(kept.size for kept in stores))} in {folder}")
    else:
        print_text(f"nothing is kept in {folder}")


@app.command("clear")
def clear(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="STORE", help="Which ones, as `list` names them; by default all.", show_default=False),
    ] = None,
    *,
    unused_for: Annotated[
        float | None,
        typer.Option(
            "--unused-for", metavar="DAYS", min=0, help="Only those not used for so many days.", show_default=False
        ),
    ] = None,
    cache_dir: CacheOption = None,
) -> None:
    """Remove prepared images and features; the originals are not touched, and whoever needs them makes them again.

    Example:  sightkit cache clear --unused-for 30
    """
    from sightkit.errors import ConfigError, StorageError
    from sightkit.images.store.kept import forget_fingerprints, kept_stores, remove
    from sightkit.images.store.kept import unused_for as is_unused
    from sightkit.runs.data.cache import cache_folder

    folder = cache_folder(cache_dir)
    stores = kept_stores(folder)
    if unknown := [name for name in names or () if not any(name == kept.folder.address for kept in stores)]:
        message = f"{unknown[0]}: no such store in {folder}; `sightkit cache list` shows those there are"
        raise ConfigError(message)
    chosen = [
        kept
        for kept in stores
        if (not names or kept.folder.address in names) and (unused_for is None or is_unused(kept, unused_for))
    ]
    freed = 0
    try:
        for kept in chosen:
            if remove(kept):
                freed += kept.size
            else:
                warn(f"{kept.folder.address}: a process is making it; it stays")
        if not names and unused_for is None:
            forget_fingerprints(folder)
    except OSError as error:
        message = f"{error.filename or folder}: cannot be removed: {error.strerror or error}"
        raise StorageError(message) from error
    print_text(f"freed {readable_size(freed)} in {folder}")


def row(kept: Kept) -> list[str]:
    """Return a store as a row of the table."""
    shape = "" if kept.shape is None else f"{kept.shape[0]:,} of {' x '.join(map(str, kept.shape[1:]))}"
    label = kept.label if kept.complete else "not complete"
    return [kept.folder.address, label, shape, readable_size(kept.size), day(kept.used)]


def document(kept: Kept) -> dict[str, object]:
    """Return a store as a script is told of it."""
    return {
        "store": kept.folder.address,
        "dataset": kept.label,
        "holds": kept.holds,
        "path": str(kept.folder.path if kept.complete else kept.folder.making),
        "complete": kept.complete,
        "shape": kept.shape,
        "bytes": kept.size,
        "last_used": day(kept.used),
    }


def day(seconds: float) -> str:
    """Return a time as people write it, in theirs."""
    from datetime import datetime

    return datetime.fromtimestamp(seconds).astimezone().isoformat(sep=" ", timespec="minutes")
