"""Makes a report's file in a process of its own, which yields to everything else (spec R3).

    python -m engine.documents.report_process < order > file

The order is JSON: the format, and the book. A paper of thirty days takes seconds of work: beside
the engine's loop, or in its process, sends would wait for it.
"""

import asyncio
import json
import os
import sys
from typing import Any

from engine.documents.report_book import Book, Format, from_plain, to_plain

LOWEST_PRIORITY = 19
PATIENCE_SECONDS = 300.0


class NotMadeError(Exception):
    """The process ended without a file; the text is what it said last."""


async def make_file(book: Book, form: Format, *, patience: float = PATIENCE_SECONDS) -> bytes:
    """The file's bytes. Raises NotMadeError, also when it takes longer than `patience` seconds."""
    order = json.dumps({"format": form.value, "book": to_plain(book)}).encode()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "engine.documents.report_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(patience):
            made, said = await process.communicate(order)
    except TimeoutError as error:
        raise NotMadeError(f"it took longer than {patience:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not made:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise NotMadeError(last[0] if last else f"it ended with {process.returncode}")
    return made


def make(order: Any) -> bytes:
    """What the process does with its order."""
    form, book = Format(order["format"]), from_plain(order["book"])
    match form:
        case Format.CSV:
            from engine.documents.report_csv import write_csv

            return write_csv(book.sheets[0])
        case Format.XLSX:
            from engine.documents.report_xlsx import write_xlsx

            return write_xlsx(book)
        case Format.PDF:
            from engine.documents.report_pdf import write_pdf

            return write_pdf(book)


def main() -> None:
    """Read the order, give the file."""
    os.nice(LOWEST_PRIORITY)
    sys.stdout.buffer.write(make(json.load(sys.stdin.buffer)))


if __name__ == "__main__":
    main()
