"""Subscribers are found among a million: narrow indexes to filter by, trigrams to search by.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = {
    "ix_subscribers_name": ["tenant_id", "name", "id"],
    "ix_subscribers_status": ["tenant_id", "status", "id"],
}
INDEXES = {
    "ix_subscribers_name": ["tenant_id", "name", "id", "status", "tier", "language", "region"],
    "ix_subscribers_entry": ["tenant_id", "id", "status", "tier", "language", "region"],
    "ix_subscribers_status": ["tenant_id", "status", "name", "id", "tier", "language", "region"],
    "ix_subscribers_region": ["tenant_id", "region", "name", "id", "status", "tier", "language"],
}
# Spaces are doubled, so that a word's beginning has trigrams of its own, also with a single letter.
SPREAD = "'  ' || replace({0}, ' ', '  ')"
TEXTS = ", ".join(
    (
        SPREAD.format("{0}.name"),
        SPREAD.format("{0}.registration_no"),
        "ltrim(coalesce({0}.phone, ''), '+')",
    )
)
INTO = "INSERT INTO subscribers_search (rowid, name, registration_no, phone)"
OUT = "INSERT INTO subscribers_search (subscribers_search, rowid, name, registration_no, phone)"
ENTER = f"{INTO} VALUES (NEW.id, {TEXTS.format('NEW')});"
LEAVE = f"{OUT} VALUES ('delete', OLD.id, {TEXTS.format('OLD')});"
TRIGGERS = (
    f"CREATE TRIGGER subscribers_search_enter AFTER INSERT ON subscribers BEGIN {ENTER} END",
    f"CREATE TRIGGER subscribers_search_leave AFTER DELETE ON subscribers BEGIN {LEAVE} END",
    "CREATE TRIGGER subscribers_search_change "
    "AFTER UPDATE OF name, registration_no, phone ON subscribers "
    "WHEN OLD.name <> NEW.name OR OLD.registration_no <> NEW.registration_no "
    f"OR OLD.phone IS NOT NEW.phone BEGIN {LEAVE} {ENTER} END",
)
WORDS = "(' ' || lower(name) || ' ' || lower(registration_no) || ' ' || coalesce(phone, ''))"


def upgrade() -> None:
    for name in BEFORE:
        op.drop_index(name, table_name="subscribers")
    for name, columns in INDEXES.items():
        op.create_index(name, "subscribers", columns)
    if op.get_bind().dialect.name == "sqlite":
        # Without the texts themselves, and without places: no more is kept about anybody than which
        # trigrams they have.
        op.execute(
            "CREATE VIRTUAL TABLE subscribers_search USING fts5 (name, registration_no, phone, "
            "content = '', columnsize = 0, detail = none, tokenize = 'trigram')"
        )
        op.execute(f"{INTO} SELECT id, {TEXTS.format('subscribers')} FROM subscribers")  # noqa: S608
        for trigger in TRIGGERS:
            op.execute(trigger)
    elif _has_trigrams():
        op.execute(
            f"CREATE INDEX ix_subscribers_search ON subscribers USING gin ({WORDS} gin_trgm_ops)"
        )


def _has_trigrams() -> bool:
    """Whether PostgreSQL has pg_trgm, or may have it; without it a search reads the list."""
    bind = op.get_bind()
    there = sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if not bind.execute(there).scalar_one():
        return False
    try:
        with bind.begin_nested():
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError:
        return False  # an administrator has not allowed it
    return True


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("enter", "leave", "change"):
            op.execute(f"DROP TRIGGER subscribers_search_{name}")
        op.drop_table("subscribers_search")
    else:
        op.execute("DROP INDEX IF EXISTS ix_subscribers_search")
    for name in INDEXES:
        op.drop_index(name, table_name="subscribers")
    for name, columns in BEFORE.items():
        op.create_index(name, "subscribers", columns)
