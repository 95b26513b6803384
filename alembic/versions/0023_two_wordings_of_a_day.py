"""A content may have a second wording, and a broadcast may be sent in both.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PACKS = (("contents", "b_of"), ("broadcasts", "b_content_id"))


def upgrade() -> None:
    # Without a foreign key: to add one, SQLite would have to copy the table.
    for table, name in PACKS:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    op.create_index("uq_contents_b_of", "contents", ["b_of"], unique=True)
    for table in ("contents", "broadcasts"):
        op.add_column(
            table, sa.Column("b_percent", sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column(
        "broadcasts", sa.Column("b_content_hash", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "deliveries", sa.Column("wording", sa.String(), nullable=False, server_default="")
    )
    with op.batch_alter_table("template_days") as batch:
        batch.drop_constraint("uq_template_days_broadcast", type_="unique")
        batch.create_unique_constraint(
            "uq_template_days_broadcast", ["broadcast_id", "name", "language"]
        )
    op.create_table(
        "report_wordings",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("targeted", "delivered", "read", "replied", "stopped", "failed")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_report_wordings_tenant_id"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_report_wordings_broadcast_id"
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "day", "broadcast_id", "wording", name="pk_report_wordings"
        ),
    )


def downgrade() -> None:
    op.drop_table("report_wordings")
    op.execute("DELETE FROM template_days")  # counted anew, one for each language
    with op.batch_alter_table("template_days") as batch:
        batch.drop_constraint("uq_template_days_broadcast", type_="unique")
        batch.create_unique_constraint("uq_template_days_broadcast", ["broadcast_id", "language"])
    op.drop_column("deliveries", "wording")
    op.drop_column("broadcasts", "b_content_hash")
    for table in ("contents", "broadcasts"):
        op.drop_column(table, "b_percent")
    op.drop_index("uq_contents_b_of", table_name="contents")
    for table, name in PACKS:
        op.drop_column(table, name)
