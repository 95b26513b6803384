"""`dawncast migrate` and what the other commands need of the database before they start."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app.command_line.terminal import give_up, out
from engine.settings import Settings
from engine.store import migrations
from engine.store.database import Database

CANNOT_OPEN = (SQLAlchemyError, OSError)


def migrate(settings: Settings) -> None:
    """Bring the database to the shape this version expects, and say what was done."""
    url = _url(settings)
    with _database_trouble(settings):
        before = migrations.current(url)
        migrations.upgrade(url)
        after = migrations.current(url)
    if before == after:
        out.print(f"Nothing to do: the database has revision {after}.")
    else:
        out.print(f"The database went from {before or 'nothing'} to revision {after}.")


def prepare(settings: Settings, *, follow: bool = False) -> None:
    """Make sure that the database has its shape; an empty one is given it.

    A database of another version ends the command with what to do; with `follow`, an older one is
    brought along instead.
    """
    url = _url(settings)
    with _database_trouble(settings):
        current, expected = migrations.current(url), migrations.head()
        if current == expected:
            return
        if current is None or follow:
            migrations.upgrade(url)
            return
    give_up(
        f"The database has revision {current}, this version expects {expected}. "
        "Make a backup of it, and run `dawncast migrate`."
    )


@contextmanager
def opened(settings: Settings) -> Generator[Database]:
    """The database, for as long as the block lasts."""
    database = Database(_url(settings))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _database_trouble(settings: Settings) -> Generator[None]:
    url = settings.database_url.get_secret_value()
    where = "the file " + url.partition(":///")[2] if url.startswith("sqlite") else "the server"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        yield
    except CommandError:
        give_up(
            f"The database has a revision that this version ({migrations.head()}) does not know: "
            "it was made by a newer one. Install that, or restore the backup made before it."
        )
    except CANNOT_OPEN as error:
        # The error's own text would repeat the address, with its password.
        give_up(
            f"The database cannot be used ({type(error).__name__}): see that {where} can be "
            "reached and written, and that DATABASE_URL says where it is. "
            "`dawncast doctor` looks closer."
        )


def _url(settings: Settings) -> str:
    return settings.database_url.get_secret_value()
