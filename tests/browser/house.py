"""The served dashboard as a process: `python -m tests.browser.house DATABASE PORT BOARD [NOW]`.

BOARD is a file that names a function of `tests.app.boards`, or `real` for the real read model; it
is read at every look, so a test moves the morning on by writing to it. NOW, an instant, is what the
clock begins with; without it the clock is the machine's.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.doors import open_doors
from app.front_door import Site
from app.serve import build_asgi, own_origins, serve
from engine.read import board as real
from engine.store.database import Database
from tests.app import boards
from tests.app.house import HandClock


def told_by(file: Path) -> Callable[..., Any]:
    """The question whose answer the file names."""

    def question(session: Any, tenant: Any, now: datetime) -> Any:
        name = file.read_text().strip()
        if name == "real":
            return real.board(session, tenant, now)
        return _as_of(getattr(boards, name)(), now)

    return question


def _as_of(board: real.Board, now: datetime) -> real.Board:
    """The same board, of a morning that is happening now."""
    late = now - board.at
    if board.opens_at is None or board.closes_at is None:
        soon = board.ahead.opens_at and now + timedelta(minutes=12)
        return replace(board, at=now, ahead=replace(board.ahead, opens_at=soon))
    moved: dict[str, Any] = {"opens_at": board.opens_at + late, "closes_at": board.closes_at + late}
    if board.forecast is not None:
        moved["forecast"] = replace(
            board.forecast,
            **{
                name: instant + late
                for name in ("at", "low", "high")
                if (instant := getattr(board.forecast, name)) is not None
            },
        )
    return replace(board, at=now, **moved)


def main(database_url: str, port: int, board: Path, begins: datetime | None = None) -> None:
    """Serve until the process is ended."""
    database, clock = Database(database_url), HandClock()
    if begins is not None:
        clock.ahead = begins - clock.now()
    open_doors(database, clock)
    asgi = build_asgi(Site(origins=own_origins("127.0.0.1", port)))
    serve(
        asgi,
        store=database,
        watch=clock,
        board=told_by(board),
        host="127.0.0.1",
        port=port,
        ready=lambda: print("ready", flush=True),  # noqa: T201 - the test waits for this line
    )
    database.close()


if __name__ == "__main__":
    started_at = datetime.fromisoformat(sys.argv[4]) if len(sys.argv) > 4 else None
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), started_at)
