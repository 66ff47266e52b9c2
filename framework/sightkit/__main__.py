"""The command line's way in, as ``sightkit`` and as ``python -m sightkit``."""

import sys


def leave_working_directory() -> None:
    """Take the working directory off ``sys.path``, so that no module or ``.dist-info`` lying there is picked up.

    ``python -m`` puts it there, and so does an empty entry of PYTHONPATH. The folder that sightkit itself was imported
    from stays, for those who work inside it.
    """
    import os

    here = os.getcwd()  # noqa: PTH109 - pathlib itself could still be shadowed here
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    sys.path[:] = [
        entry
        for entry in sys.path
        if entry == home or (entry not in {"", "."} and os.path.realpath(entry) != os.path.realpath(here))
    ]


def main() -> None:
    """Run the command line and exit with its code."""
    leave_working_directory()
    from sightkit.cli import start

    sys.exit(start(sys.argv[1:]))


if __name__ == "__main__":
    main()
