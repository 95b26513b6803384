"""Days in numbers: what reports of any range are made of.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COUNTS = (
    "planned",
    "targeted",
    "opted_out",
    "cancelled",
    "sent",
    "delivered",
    "read",
    "failed",
    "open",
    "held",
    "handed_over",
    "on_time",
    "missed_ours",
    "missed_phones",
    "attempts",
    "retried",
    "retried_well",
    "refused",
)


def upgrade() -> None:
    op.create_table(
        "report_days",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("states", sa.String(), nullable=False),
        sa.Column("fading", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_report_days_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "day", name="pk_report_days"),
    )
    op.create_table(
        "report_figures",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        *[sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS],
        sa.Column("lags", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_report_figures_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "day", "dimension", "key", name="pk_report_figures"),
    )
    op.create_table(
        "report_errors",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_report_errors_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "day", "code", name="pk_report_errors"),
    )
    op.create_table(
        "report_readers",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_report_readers_tenant_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_report_readers_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "month", "subscriber_id", name="pk_report_readers"),
    )
    op.create_index("ix_report_readers_subscriber", "report_readers", ["subscriber_id"])
    op.create_table(
        "report_cursors",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_report_cursors"),
    )


def downgrade() -> None:
    for name in (
        "report_cursors",
        "report_readers",
        "report_errors",
        "report_figures",
        "report_days",
    ):
        op.drop_table(name)
