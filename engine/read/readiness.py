"""Whether the database answers, and has the shape this code expects."""

from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from engine.store import migrations

CANNOT_READ = (SQLAlchemyError, OSError)
"""What asking a database raises that is gone, or has no tables yet."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision the database has, and the one this code expects."""

    current: str | None
    expected: str | None

    @property
    def is_current(self) -> bool:
        return self.current == self.expected


def schema(session: Session) -> Schema:
    """Raises one of CANNOT_READ for a database that cannot be asked."""
    version = sa.table("alembic_version", sa.column("version_num"))
    current = session.connection().execute(sa.select(version.c.version_num)).scalar()
    return Schema(current, _expected())


@cache
def _expected() -> str | None:
    return migrations.head()
