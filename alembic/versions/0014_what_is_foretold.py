"""Forecasts of broadcasts under way.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecasts",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("low_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("high_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_chance", sa.Float(), nullable=False),
        sa.Column("never_chance", sa.Float(), nullable=False),
        sa.Column("late_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("lanes", sa.String(), nullable=False),
        sa.Column("levers", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"]),
        sa.PrimaryKeyConstraint("broadcast_id"),
    )


def downgrade() -> None:
    op.drop_table("forecasts")
