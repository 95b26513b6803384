"""A schedule may set how long its window is; nobody is left out of a broadcast twice.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIRST_OF_EACH = "SELECT min(id) FROM exclusions GROUP BY broadcast_id, subscriber_id"


def upgrade() -> None:
    op.add_column("schedules", sa.Column("window_seconds", sa.Integer(), nullable=True))
    op.execute(f"DELETE FROM exclusions WHERE id NOT IN ({FIRST_OF_EACH})")  # noqa: S608 - ours
    op.create_index(
        "uq_exclusions_person", "exclusions", ["broadcast_id", "subscriber_id"], unique=True
    )
    op.drop_index("ix_exclusions_broadcast_id", table_name="exclusions")


def downgrade() -> None:
    op.create_index("ix_exclusions_broadcast_id", "exclusions", ["broadcast_id"], unique=False)
    op.drop_index("uq_exclusions_person", table_name="exclusions")
    op.drop_column("schedules", "window_seconds")
