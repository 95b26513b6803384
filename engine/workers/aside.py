"""Heavy work in a process of its own, which yields to everything else on the machine (spec R3)."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

COMMAND = (sys.executable, "-m", "engine.chores")
ANSWER_LIMIT = 1_000_000
LOOK_EVERY_SECONDS = 5.0


class FailedAsideError(Exception):
    """It did not do what it was told; the text is a sentence, or a word for what went wrong."""


async def aside(told: Mapping[str, Any], *, beat: Any = lambda: None) -> dict[str, Any]:
    """What came of the work. Raises FailedAsideError. Ended with us: nobody would use its answer.

    beat: called every few seconds while it works.
    """
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=ANSWER_LIMIT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(dict(told)).encode() + b"\n")
        with suppress(ConnectionError):  # it is gone already: its answer tells
            await process.stdin.drain()
        line = await _line(process.stdout, beat)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _answer(line)


async def _line(output: asyncio.StreamReader, beat: Any) -> bytes:
    reading = asyncio.ensure_future(output.readline())  # noqa: TID251 - awaited right below
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=LOOK_EVERY_SECONDS)
            beat()
        return reading.result()
    finally:
        reading.cancel()


def _answer(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        raise FailedAsideError("The process that was to do it ended without a word.") from None
    if "done" not in said:
        raise FailedAsideError(str(said.get("failed", "")))
    return dict(said["done"])
