"""Schedules that people edit, days that are left out, how senders are chosen, and what Meta said of
them over time.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "schedules",
        sa.Column("weekdays", sa.String(), nullable=False, server_default="1234567"),
    )
    op.add_column(
        "schedules", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("schedules", sa.Column("holds_since", INSTANT, nullable=True))
    op.add_column(
        "broadcasts", sa.Column("routing", sa.String(), nullable=False, server_default="sticky")
    )
    op.create_table(
        "skip_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_skip_days_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_skip_days"),
        sa.UniqueConstraint("tenant_id", "day", name="uq_skip_days_day"),
    )
    op.create_table(
        "sender_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_sender_changes_tenant_id"),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name="fk_sender_changes_sender_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sender_changes"),
    )
    op.create_index("ix_sender_changes_sender", "sender_changes", ["sender_id", "at", "id"])


def downgrade() -> None:
    op.drop_index("ix_sender_changes_sender", table_name="sender_changes")
    op.drop_table("sender_changes")
    op.drop_table("skip_days")
    op.drop_column("broadcasts", "routing")
    for name in ("holds_since", "version", "weekdays"):
        op.drop_column("schedules", name)
