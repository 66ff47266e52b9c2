"""Memory: how much of it this process may still use."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def available_memory() -> int | None:
    """Return the bytes that can be allocated without swapping; ``None`` where the system doesn't say.

    On Linux what the kernel estimates (``MemAvailable``), or the container's limit if that is less; elsewhere the
    memory that is installed, where that is known.
    """
    amounts = [amount for amount in (available_to_linux(), *map(container_limit, CGROUP_LIMITS)) if amount is not None]
    return min(amounts) if amounts else installed_memory()


def available_to_linux() -> int | None:
    """Return ``MemAvailable``, in bytes."""
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def container_limit(path: Path) -> int | None:
    """Return the limit that a file of the control group holds, in bytes."""
    with suppress(OSError, ValueError):  # no such file; "max"
        return int(path.read_text(encoding="ascii"))
    return None


def installed_memory() -> int | None:
    """Return the memory of the machine, in bytes."""
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
