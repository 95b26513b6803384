"""Runs the revisions, on the connection it is handed or on the database it is told of.

`engine.store.migrations` hands over a connection. The `alembic` command says `-x url=…`, or
nothing: then the database of the settings is meant.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel

# Constraints without names cannot be changed later: SQLite needs them to rebuild a table. It must
# be said before the tables are read.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}

from engine.store import migrations, tables  # noqa: E402 - see above

assert tables.__all__


def render_plainly(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """Types as SQLAlchemy's own, so that an old revision does not lean on a library's present."""
    if kind != "type" or not isinstance(item, sa.types.TypeDecorator):
        return False
    plain = item.impl
    return (
        "sa.DateTime(timezone=True)"
        if isinstance(plain, sa.DateTime)
        else f"sa.{type(plain).__name__}()"
    )


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_plainly,
        include_name=migrations.is_a_model_s,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def database_url() -> str:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if url is not None:
        return url
    from engine import settings

    return settings.load().database_url.get_secret_value()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with migrations.connect(database_url()) as connection:
        run(connection)
