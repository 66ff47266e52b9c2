"""Why a plugin is not loaded, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from sightkit.registry.policy import Layer, user_path
from sightkit.registry.sources import LOCAL, Source
from sightkit.toml.document import dotted


def not_listed_reason(name: str, off: Layer) -> str:
    """Return why an installed plugin stays out, and the line that lets it in."""
    said = f"{off.document.label} says autoload = false, and no registry.toml lists it"
    return f"{said}; to let it in: [plugins.{dotted((name,))}]"


def missing_reason(name: str, wanted: tuple[Layer, object] | None, offered: Sequence[Source]) -> str:
    """Return why a plugin that a registry lists is nowhere to be found."""
    if wanted is None or not offered:
        return f"a registry.toml lists it, but no plugin {name} is installed; install it or remove the entry"
    found = " and ".join(dict.fromkeys(source.distribution for source in offered))
    return (
        f'{wanted[0].document.label} says distribution = "{wanted[1]}", which offers no plugin of this name; '
        f"found it in {found}"
    )


def conflict_reason(name: str, sources: Sequence[Source]) -> str:
    """Return who offers one plugin name and the line that decides between them."""
    origins = " and ".join(
        f"{source.origin} ({source.code})" if source.distribution != LOCAL else source.origin for source in sources
    )
    distributions = list(dict.fromkeys(source.distribution for source in sources))
    if len(distributions) == 1:
        return f"{origins} both offer a plugin of this name; expected one: rename or remove the other"
    return (
        f"{origins} both offer a plugin of this name; decide in registry.toml ({user_path()} is yours): "
        f'[plugins.{dotted((name,))}] distribution = "{distributions[-1]}"'
    )
