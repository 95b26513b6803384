"""The exhibition served: `with opened(folder) as house`. Its database is made once and kept.

It is kept in `build/exhibition` under a name made of the sources it depends on: living through two
mornings takes the engine a minute.
"""

import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from app import build
from app.session import COOKIE, token_hash
from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Role
from engine.store import migrations, users
from engine.store.database import Database
from engine.store.tables import Tenant, User
from tests.app.house import free_port
from tests.browser.conftest import process
from tests.browser.exhibition.desks import furnish
from tests.browser.exhibition.mornings import count_days, run_mornings
from tests.browser.exhibition.visits import Visit, visits

FOLDER = build.ROOT / "build" / "exhibition"
OPENS = datetime(2026, 11, 26, 1, 40, tzinfo=UTC)
"""Thursday the 26th of November, 07:10 in India: the second morning is over."""
DEPENDS_ON = (
    *("alembic", "engine"),
    *("tests/browser/exhibition/desks.py", "engine/trials/two_wordings.py"),
)
MORNINGS = "tests/browser/exhibition/mornings.py"


@dataclass(frozen=True, slots=True)
class Exhibition:
    """A running dashboard in which every page has something to show."""

    url: str
    database: Database
    board: Path
    visits: list[Visit]
    cookies: dict[Role, str]

    def cookie(self, role: Role) -> Any:
        """The session of somebody with that role, as Playwright takes it."""
        return {"name": COOKIE, "value": self.cookies[role], "url": self.url}

    def prepare(self, visit: Visit) -> None:
        """Before one goes there: the board it is about, and the language it is read in."""
        self.database.transact_now(_speak, visit.language)
        self.show(visit.board)

    def show(self, board: str) -> None:
        """What Live shows from now on: `real`, or a board of `tests.app.boards`."""
        coming = self.board.with_suffix(".coming")
        coming.write_text(board)
        coming.replace(self.board)


@contextmanager
def opened(folder: Path) -> Generator[Exhibition]:
    """Serve it from a copy in `folder` until the block ends."""
    build.ensure()
    shutil.copyfile(_furnished(), folder / "dawncast.db")
    database = Database(f"sqlite:///{folder / 'dawncast.db'}")
    board = folder / "board"
    board.write_text("real")
    port = free_port()
    tenant = database.read_now(lambda session: session.exec(select(Tenant.id)).one())
    assert tenant is not None
    cookies = database.transact_now(_sign_in)
    wanted = database.read_now(visits, TenantId(tenant))
    with process(database.url, port, board, OPENS):
        yield Exhibition(f"http://127.0.0.1:{port}", database, board, wanted, cookies)
    database.close()


def _speak(session: Session, language: str) -> None:
    for user in session.exec(select(User.id)).all():
        users.set_language(session, UserId(user or 0), language)


def _sign_in(session: Session) -> dict[Role, str]:
    cookies: dict[Role, str] = {}
    for user in session.exec(select(User)).all():
        token = secrets.token_urlsafe(32)
        users.open_session(
            session,
            UserId(user.id or 0),
            token_hash=token_hash(token),
            expires_at=OPENS + timedelta(hours=8),
            ip="127.0.0.1",
            agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0",
            now=OPENS,
        )
        cookies[Role(user.role)] = token
    return cookies


def _furnished() -> Path:
    """The kept database, made now when there is none of the present sources."""
    kept = FOLDER / f"{build.fingerprint(names=(*DEPENDS_ON, MORNINGS))[:16]}.db"
    if kept.exists():
        return kept
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    coming = kept.with_suffix(".part")
    migrations.upgrade(f"sqlite:///{coming}")
    database = Database(f"sqlite:///{coming}", inline=True, durable=False)
    seeded = run_mornings(database)
    database.transact_now(furnish, seeded, OPENS)
    count_days(database, OPENS)
    database.close()
    coming.rename(kept)
    return kept
