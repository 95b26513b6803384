"""Media by their hash, compliance rules as data, evergreen content, test messages.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        refers("media", "tenant_id", "tenants"),
        refers("media", "uploaded_by", "users"),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name="pk_media"),
    )
    op.create_table(
        "media_uploads",
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("brand_line", sa.String(), nullable=False),
        sa.Column("whatsapp_id", sa.String(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        refers("media_uploads", "sender_id", "senders"),
        sa.PrimaryKeyConstraint("sender_id", "sha256", "brand_line", name="pk_media_uploads"),
    )
    op.create_table(
        "compliance_rules",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_compliance_rules_tenant_id"
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["users.id"], name="fk_compliance_rules_written_by"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_compliance_rules"),
    )
    op.create_table(
        "deadline_notices",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_deadline_notices_tenant_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", "kind", name="pk_deadline_notices"),
    )
    op.create_table(
        "own_phones",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        refers("own_phones", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name="pk_own_phones"),
    )
    op.create_index("ix_own_phones_phone", "own_phones", ["phone"])
    op.create_table(
        "test_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        refers("test_messages", "tenant_id", "tenants"),
        refers("test_messages", "user_id", "users"),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name="fk_test_messages_content_id"
        ),
        refers("test_messages", "sender_id", "senders"),
        sa.PrimaryKeyConstraint("id", name="pk_test_messages"),
    )
    op.create_index("ix_test_messages_state", "test_messages", ["state", "id"])
    op.create_index("ix_test_messages_user", "test_messages", ["user_id", "id"])
    op.add_column(
        "contents",
        sa.Column("evergreen", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name, kind, usual in HEADER:
        op.add_column("variants", sa.Column(name, kind, nullable=False, server_default=usual))
    op.drop_column("variants", "header_image")
    op.drop_column("variants", "header_image_id")
    op.add_column(
        "templates",
        sa.Column("header_format", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "templates", sa.Column("buttons", sa.String(), nullable=False, server_default="[]")
    )


HEADER = (
    ("header_sha256", sa.String(), ""),
    ("header_type", sa.String(), ""),
    ("header_name", sa.String(), ""),
    ("header_bytes", sa.Integer(), "0"),
    ("brand_line", sa.String(), ""),
)


def downgrade() -> None:
    op.drop_column("templates", "buttons")
    op.drop_column("templates", "header_format")
    op.add_column("variants", sa.Column("header_image_id", sa.String(), nullable=True))
    op.add_column("variants", sa.Column("header_image", sa.LargeBinary(), nullable=True))
    for name, _, _ in reversed(HEADER):
        op.drop_column("variants", name)
    op.drop_column("contents", "evergreen")
    op.drop_index("ix_test_messages_user", "test_messages")
    op.drop_index("ix_test_messages_state", "test_messages")
    op.drop_table("test_messages")
    op.drop_index("ix_own_phones_phone", "own_phones")
    for table in (
        "own_phones",
        "deadline_notices",
        "compliance_rules",
        "media_uploads",
        "media",
    ):
        op.drop_table(table)
