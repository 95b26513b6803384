"""Caps of senders, the return of a lane, the canary of a broadcast, the priority of a delivery.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SPECIAL = sa.text("priority <> 1 AND (state = 'planned' OR state = 'retrying')")
INSTANT = sa.DateTime(timezone=True)
CANARY = (
    ("canary", sa.Boolean(), sa.false()),
    ("canary_wait_seconds", sa.Integer(), "10"),
    ("canary_failures", sa.Integer(), "3"),
    ("canary_failure_percent", sa.Integer(), "10"),
)


def upgrade() -> None:
    op.add_column("senders", sa.Column("daily_cap", sa.Integer(), nullable=True))
    op.add_column("senders", sa.Column("controlled_at", INSTANT, nullable=True))
    op.add_column("lanes", sa.Column("returned_at", INSTANT, nullable=True))
    for name, kind, usual in CANARY:
        op.add_column("schedules", sa.Column(name, kind, nullable=False, server_default=usual))
    op.add_column(
        "broadcasts", sa.Column("canary", sa.String(), nullable=False, server_default="off")
    )
    op.add_column("broadcasts", sa.Column("canary_until", INSTANT, nullable=True))
    op.add_column(
        "deliveries", sa.Column("priority", sa.Integer(), nullable=False, server_default="1")
    )
    op.create_index(
        "ix_deliveries_special",
        "deliveries",
        ["lane_id", "priority", "due_at", "id"],
        unique=False,
        sqlite_where=SPECIAL,
        postgresql_where=SPECIAL,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_special", table_name="deliveries")
    op.drop_column("deliveries", "priority")
    for name in ("canary_until", "canary"):
        op.drop_column("broadcasts", name)
    for name, _, _ in CANARY:
        op.drop_column("schedules", name)
    op.drop_column("lanes", "returned_at")
    for name in ("controlled_at", "daily_cap"):
        op.drop_column("senders", name)
