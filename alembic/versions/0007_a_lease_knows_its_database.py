"""A lease knows which database it was taken in, so that a copy is told from the original.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leases", sa.Column("place", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("leases", "place")
