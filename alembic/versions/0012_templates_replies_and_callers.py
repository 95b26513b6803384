"""Templates with all they show, what is asked of WhatsApp about them, replies, and callers' keys.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MORE = (
    ("status_reason", sa.String(), ""),
    ("status_at", sa.DateTime(timezone=True), None),
    ("header_text", sa.String(), ""),
    ("examples", sa.String(), "[]"),
    ("coming_category", sa.String(), ""),
    ("coming_at", sa.DateTime(timezone=True), None),
    ("group_name", sa.String(), ""),
    ("position", sa.Integer(), "0"),
    ("fallback", sa.Boolean(), sa.false()),
    ("conservative", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    op.create_table(
        "template_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("whatsapp_id", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_template_orders_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_template_orders"),
    )
    op.create_index("ix_template_orders_state", "template_orders", ["state", "id"], unique=False)
    op.create_index(
        "ix_template_orders_tenant", "template_orders", ["tenant_id", "id"], unique=False
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_api_keys_created_by"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_api_keys_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_hash"),
    )
    op.create_index("ix_api_keys_tenant_id", "api_keys", ["tenant_id"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_words", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], name="fk_conversations_assigned_to"),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name="fk_conversations_sender_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_conversations_subscriber_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_conversations_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("tenant_id", "address", name="uq_conversations_address"),
        sa.UniqueConstraint("tenant_id", "subscriber_id", name="uq_conversations_subscriber"),
    )
    op.create_index(
        "ix_conversations_state",
        "conversations",
        ["tenant_id", "state", "last_at", "id"],
        unique=False,
    )
    op.create_table(
        "inbound_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("wish", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_inbound_messages_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_inbound_messages_tenant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_messages"),
        sa.UniqueConstraint("tenant_id", "message_id", name="uq_inbound_messages_message"),
    )
    op.create_index(
        "ix_inbound_messages_conversation",
        "inbound_messages",
        ["conversation_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "template_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_template_days_broadcast_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_template_days_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_template_days"),
        sa.UniqueConstraint("broadcast_id", "language", name="uq_template_days_broadcast"),
    )
    op.create_index(
        "ix_template_days_template",
        "template_days",
        ["tenant_id", "name", "language", "day"],
        unique=False,
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=True),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("template_name", sa.String(), nullable=False),
        sa.Column("template_language", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_notifications_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_notifications_delivery_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_notifications_key_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_notifications_tenant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notifications_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("delivery_id", name="uq_notifications_delivery"),
        sa.UniqueConstraint(
            "tenant_id", "origin", "client_key", name="uq_notifications_client_key"
        ),
        sa.UniqueConstraint("tenant_id", "public_id", name="uq_notifications_public_id"),
    )
    op.create_index(
        "ix_notifications_conversation",
        "notifications",
        ["conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_notifications_created",
        "notifications",
        ["tenant_id", "origin", "created_at"],
        unique=False,
    )

    for name, kind, usual in MORE:
        column = sa.Column(name, kind, nullable=usual is None, server_default=usual)
        op.add_column("templates", column)


def downgrade() -> None:
    for name, _, _ in reversed(MORE):
        op.drop_column("templates", name)
    op.drop_index("ix_notifications_created", table_name="notifications")
    op.drop_index("ix_notifications_conversation", table_name="notifications")
    op.drop_table("notifications")
    op.drop_index("ix_template_days_template", table_name="template_days")
    op.drop_table("template_days")
    op.drop_index("ix_inbound_messages_conversation", table_name="inbound_messages")
    op.drop_table("inbound_messages")
    op.drop_index("ix_conversations_state", table_name="conversations")
    op.drop_table("conversations")
    op.drop_index("ix_api_keys_tenant_id", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index("ix_template_orders_tenant", table_name="template_orders")
    op.drop_index("ix_template_orders_state", table_name="template_orders")
    op.drop_table("template_orders")
