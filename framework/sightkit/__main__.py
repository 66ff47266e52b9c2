"""The command line's way in, as ``sightkit`` and as ``python -m sightkit``."""

import gc
import sys


def leave_working_directory() -> None:
    """Take the working directory off ``sys.path``, so that no module or ``.dist-info`` lying there is picked up.

    ``python -m`` puts it there, and so does an empty entry of PYTHONPATH. What was installed stays, for those who work
    inside it: the folders that sightkit and its plugins were imported from, and those of editable installations.
    """
    import os

    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - pathlib itself could still be shadowed here
    except FileNotFoundError:
        return  # the working directory was removed, so nothing can lie there
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    own = {home, os.path.join(os.path.dirname(home), "plugins")}  # noqa: PTH118, PTH120
    # Behind the standard library stands only what was installed: site-packages, and the folders that its files name.
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    installed = sys.path.index(library) if library in sys.path else len(sys.path)
    sys.path[:] = [
        entry
        for place, entry in enumerate(sys.path)
        if place > installed or entry in own or os.path.realpath(entry) != here
    ]


def open_missing_streams() -> None:
    """Send to nowhere what would go to a standard stream that was closed before we began, as ``>&-`` does.

    Python has ``None`` there, and the next file that is opened would get its number, and so what TensorFlow prints.
    """
    import os

    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free is the one of the stream.
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def main() -> None:
    """Run the command line and exit with its code."""
    open_missing_streams()
    leave_working_directory()
    # Until the plugins are loaded (cli/opening.py), memory is only filled: looking for garbage in it, again and again,
    # takes a twentieth of the time to the first answer.
    gc.disable()
    if hasattr(sys.stdout, "reconfigure"):
        # A name that the terminal's encoding lacks is no reason to fail; standard error is like this from the start.
        sys.stdout.reconfigure(errors="backslashreplace")
    from sightkit.cli import start

    sys.exit(start(sys.argv[1:]))


if __name__ == "__main__":
    main()
