"""An index over what is left to a person: dead letters, held deliveries, closed ones.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
