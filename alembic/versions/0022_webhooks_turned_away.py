"""When webhooks were turned away by ourselves.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("webhooks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_gaps")),
    )
    op.create_index("ix_intake_gaps_ended", "intake_gaps", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_intake_gaps_ended", table_name="intake_gaps")
    op.drop_table("intake_gaps")
