"""Code in an interpreter that has imported nothing yet; and what importing a module costs there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sightkit.component import Component
from sightkit.errors import PluginError
from sightkit.registry.loader import HEAVY

PROGRAM = """
import importlib, json, sys
from pathlib import Path
from sightkit.registry.snapshot import import_snapshot, take_snapshot

heavy, modules = json.loads(sys.argv[1])
loaded, lines = {}, {}

class Witness:
    def find_spec(name, path=None, target=None):
        if name in heavy and name not in lines:
            frame, lines[name] = sys._getframe(1), []
            while frame is not None:
                lines[name].append((frame.f_code.co_filename, frame.f_lineno))
                frame = frame.f_back

sys.meta_path.insert(0, Witness)
for name, path in modules:
    before = set(sys.modules)
    if path is None:
        importlib.import_module(name)
    else:
        import_snapshot("fresh", take_snapshot(Path(path)))
    loaded[name] = {each: lines.get(each, []) for each in heavy if each in sys.modules and each not in before}
sys.stdout.write("\\n" + json.dumps(loaded))
"""


Lines: TypeAlias = Sequence[tuple[str, int]]
"""Files with numbers of lines."""


@dataclass(frozen=True)
class ModuleToImport:
    """A module as a fresh interpreter finds it.

    Attributes:
        name: Its name here.
        path: The file or the package's folder, where the name alone doesn't lead to it.
    """

    name: str
    path: Path | None


def module_of(component: Component[Any]) -> ModuleToImport | None:
    """Return the module that a component is written in, if another interpreter can import it."""
    name, file = name_and_file(component)
    if file is None or name == "__main__":
        return None
    if is_found_by_name(name, file):
        return ModuleToImport(name, None)
    # Local code bears a name of this process's; so may the module of a test.
    top = sys.modules.get(name.partition(".")[0])
    root = Path(getattr(top, "__file__", None) or file)
    return ModuleToImport(name, root.parent if root.name == "__init__.py" else root)


def name_and_file(component: Component[Any]) -> tuple[str, str | None]:
    """Return the name of the module that a component is written in, and its file if it has one."""
    name = getattr(component.build, "__module__", None) or component.params.__module__
    return name, getattr(sys.modules.get(name), "__file__", None)


def is_found_by_name(name: str, file: str) -> bool:
    """Say whether Python finds this very file under a module's name on ``sys.path``."""
    relative = Path(*name.split("."))
    choices = (relative / "__init__.py", relative.with_suffix(".py"))
    found = next((path for folder in sys.path for each in choices if (path := Path(folder) / each).is_file()), None)
    return found is not None and found.resolve() == Path(file).resolve()


def heavy_imports(modules: Sequence[ModuleToImport]) -> dict[str, dict[str, Lines]]:
    """Import modules one after the other in a fresh interpreter; return the heavy libraries that each loads first.

    Each library comes with the lines that led to it, the innermost first.

    Raises:
        PluginError: one can't be imported there.
    """
    listed = [(each.name, None if each.path is None else str(each.path)) for each in modules]
    done = run_afresh(PROGRAM, json.dumps([HEAVY, listed]))
    if done.returncode:
        message = (
            f"{', '.join(each.name for each in modules)}: cannot be imported in a fresh interpreter: {last_line(done)}"
        )
        raise PluginError(message)
    loaded: dict[str, dict[str, Lines]] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def run_afresh(program: str, *words: str, hash_seed: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter that finds the modules that this one finds.

    Args:
        program: Its source; the last line that it prints is its result.
        *words: Its arguments.
        hash_seed: Decides the order of its sets; by default it is random.
    """
    # What this process finds, wherever its path was extended, the other one finds.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if hash_seed is not None:
        environment["PYTHONHASHSEED"] = str(hash_seed)
    return subprocess.run(
        [sys.executable, "-P", "-c", program, *words],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return why a program failed: the last line of what it said about it."""
    return (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
