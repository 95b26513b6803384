"""An index over what is left to a person: dead letters, held deliveries, closed ones.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LEFT = sa.text("state = 'failed' OR state = 'held' OR state = 'discarded'")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_left",
        "deliveries",
        ["tenant_id", "state", "id"],
        unique=False,
        sqlite_where=LEFT,
        postgresql_where=LEFT,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_left", table_name="deliveries")
