"""A shell whose ``sightkit`` is answered by one process that goes on, so that TensorFlow is imported once.

Run as a program, this file is that process: each command gets the folder, the environment and the streams of whoever
typed it, and its exit code goes back.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

CLIENT = """\
#!{python} -ISsu
import json, os, socket, sys
if "TF_CONFIG" in os.environ:  # workers wait for each other, and one process answers one command at a time
    os.execv({python!r}, [{python!r}, "-m", "sightkit", *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    socket.send_fds(line, [b"streams"], [0, 1, 2])
    line.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    line.shutdown(socket.SHUT_WR)
    sys.exit(int(line.recv(16) or 70))
"""


class WarmShell:
    """Runs scripts with bash, in which ``sightkit`` costs no start.

    Attributes:
        program: The command ``sightkit``.
        python: The interpreter of its process; its programs are on PATH.
        keras_home: Where Keras looks for weights: it reads ``KERAS_HOME`` once, when it is imported.
    """

    def __init__(self, folder: Path, python: str) -> None:
        self.program = folder / "sightkit"
        self.python = python
        self.keras_home = folder / "keras"

    def run(self, script: str, folder: Path, *, env: Mapping[str, str] | None = None) -> None:
        """Run a script to its first command that fails; what it has left in the background then ends, too.

        Raises:
            subprocess.CalledProcessError: One has failed; what it printed is on standard output and error.
        """
        path = os.pathsep.join([str(self.program.parent), str(Path(self.python).parent), os.environ["PATH"]])
        environment = {**os.environ, **(env or {}), "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
        words = ["bash", "-euo", "pipefail", "-c", script]
        with subprocess.Popen(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                code = process.wait(timeout=300)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        if code:
            raise subprocess.CalledProcessError(code, words)


@contextmanager
def warm_shell(folder: Path, python: str = sys.executable) -> Iterator[WarmShell]:
    """Start the process that answers, and end it with the block.

    Args:
        folder: Where its ``sightkit`` is put; empty or not there yet.
        python: The interpreter.
    """
    folder.mkdir(exist_ok=True)
    shell = WarmShell(folder, python)
    environment = {**os.environ, "KERAS_HOME": str(shell.keras_home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    # A socket's path may have some 100 characters, and pytest's are long.
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as line:
        address = str(Path(place, "socket"))
        shell.program.write_text(CLIENT.format(python=python, address=address), encoding="utf-8")
        shell.program.chmod(0o755)
        line.bind(address)
        line.listen()
        words = [python, __file__, str(line.fileno())]
        with subprocess.Popen(words, pass_fds=[line.fileno()], env=environment) as answering:
            try:
                yield shell
            finally:
                answering.terminate()


def answer(line: socket.socket) -> None:
    """Obey one command after the other."""
    import keras  # noqa: F401 - before a command has an environment of its own

    from sightkit.cli import start

    while True:
        caller, _ = line.accept()
        with caller:
            _, streams, *_ = socket.recv_fds(caller, 16, 3)
            with caller.makefile() as text:
                words, folder, environment = json.load(text)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            try:
                code = start(words)
            except BaseException:  # the end of that command, and not of this process
                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            os.close(nothing)
            caller.sendall(str(code).encode())


if __name__ == "__main__":
    answer(socket.socket(fileno=int(sys.argv[1])))
