"""Indexes over what waits, what is in doubt and when webhooks came; a broadcast counted from one.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'planned' OR state = 'retrying'")
DOUBT = sa.text("state = 'sending' OR state = 'unknown'")


def upgrade() -> None:
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.drop_index("ix_deliveries_broadcast", table_name="deliveries")
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["lane_id", "state", "due_at", "id"],
        unique=False,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index(
        "ix_deliveries_doubt",
        "deliveries",
        ["state", "id"],
        unique=False,
        sqlite_where=DOUBT,
        postgresql_where=DOUBT,
    )
    op.create_index(
        "ix_deliveries_broadcast", "deliveries", ["broadcast_id", "lane_id", "state"], unique=False
    )
    op.create_index("ix_webhooks_received", "webhooks", ["received_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_webhooks_received", table_name="webhooks")
    op.drop_index("ix_deliveries_broadcast", table_name="deliveries")
    op.drop_index("ix_deliveries_doubt", table_name="deliveries")
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.create_index(
        "ix_deliveries_due", "deliveries", ["lane_id", "state", "due_at", "id"], unique=False
    )
    op.create_index(
        "ix_deliveries_broadcast", "deliveries", ["broadcast_id", "state"], unique=False
    )
