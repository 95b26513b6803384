"""A process beside ours that never outlives us, however we end.

It reads from a pipe whose other end only we hold: when we are gone, by Ctrl-C, a crash or kill -9,
the kernel closes that end, and the companion finds its input over. See `leave_with_parent`.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

READY_SECONDS = 20.0
STOP_SECONDS = 5.0
TAIL_LINES = 12


class CompanionError(Exception):
    """The process beside ours did not come up; the text says what it said last."""


class Companion:
    """A running process. It is told what to be on its input, where no list of processes shows it
    (secrets are among it), and says on its output, in one line of JSON, that it is ready.
    """

    def __init__(
        self, command: Sequence[str], *, told: Mapping[str, Any], log: Path | None = None
    ) -> None:
        """Start `command` and return at once; what it says on stderr goes to the file `log`, or
        where ours goes.
        """
        self._log = log
        self._stopping = False
        self._lines: Queue[bytes] = Queue()
        with ExitStack() as files:
            errors = None if log is None else files.enter_context(log.open("wb"))
            self._process = subprocess.Popen(  # noqa: S603 - our own command, fixed arguments
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # Ctrl-C reaches the whole group of a terminal: we stop first, it stops after us.
                start_new_session=True,
            )
        assert self._process.stdin is not None
        with suppress(OSError):  # gone already: `ready` tells why
            self._process.stdin.write(json.dumps(dict(told)).encode() + b"\n")
            self._process.stdin.flush()
        threading.Thread(target=self._listen, name="companion", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ready(self, timeout_seconds: float = READY_SECONDS) -> dict[str, Any]:
        """What it says once it is ready. Raises CompanionError when it does not."""
        try:
            line = self._lines.get(timeout=timeout_seconds)
        except Empty:
            raise CompanionError(f"It was not ready after {timeout_seconds:.0f} s.") from None
        try:
            return dict(json.loads(line))
        except (ValueError, TypeError):
            self._process.wait(STOP_SECONDS)
            raise CompanionError(self._last_words()) from None

    def when_gone(self, tell: Callable[[int], None]) -> None:
        """Call `tell` with its exit code, from another thread, if it ends before `stop`."""

        def wait() -> None:
            code = self._process.wait()
            if not self._stopping:
                tell(code)

        threading.Thread(target=wait, name="companion-end", daemon=True).start()

    def stop(self) -> None:
        """End it, by force if need be; nothing happens when it has ended."""
        self._stopping = True
        assert self._process.stdin is not None
        with suppress(OSError):  # it never read what it was told
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it as a power cut does, with SIGKILL: it gets to do nothing any more."""
        self._stopping = True
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            self._lines.put(output.readline())
            for _ in output:  # never let it wait for a reader
                continue

    def _last_words(self) -> str:
        if self._log is None:
            return f"It ended with {self._process.returncode}; its words are above."
        tail = self._log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"It ended with {self._process.returncode}.", *tail])


def read_told() -> dict[str, Any]:
    """In the companion: what it was told at its start. Raises ValueError for anything else."""
    return dict(json.loads(sys.stdin.readline()))


def leave_with_parent() -> None:
    """In the companion: end this process, whatever it is doing, as soon as its input is over."""

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            continue
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()
