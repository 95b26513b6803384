"""Consent to SMS and e-mail, and what goes there when WhatsApp fails a morning.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'waiting' OR state = 'sending'")
UNDER_WAY = sa.text("state = 'gathering' OR state = 'going'")


def upgrade() -> None:
    op.create_table(
        "channel_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_channel_consents_tenant_id_tenants")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_channel_consents_subscriber_id_subscribers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_consents")),
    )
    op.create_index(
        "ix_channel_consents_subscriber", "channel_consents", ["subscriber_id", "channel", "id"]
    )
    op.create_table(
        "emergencies",
        sa.Column("broadcast_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gathered_up_to", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_emergencies_broadcast_id_broadcasts")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_emergencies_tenant_id_tenants")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["users.id"], name=op.f("fk_emergencies_declared_by_users")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_emergencies")),
    )
    op.create_index(
        "ix_emergencies_going",
        "emergencies",
        ["state"],
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_index(op.f("ix_emergencies_tenant_id"), "emergencies", ["tenant_id"])
    op.create_table(
        "emergency_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_emergency_letters_tenant_id_tenants")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["emergencies.broadcast_id"],
            name=op.f("fk_emergency_letters_broadcast_id_emergencies"),
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_emergency_letters_subscriber_id_subscribers"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_emergency_letters_delivery_id_deliveries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_letters")),
        sa.UniqueConstraint("broadcast_id", "subscriber_id", name="uq_emergency_letters_once"),
    )
    op.create_index(
        "ix_emergency_letters_due",
        "emergency_letters",
        ["broadcast_id", "channel", "due_at"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index("ix_emergency_letters_delivery", "emergency_letters", ["delivery_id"])
    op.create_index("ix_emergency_letters_subscriber", "emergency_letters", ["subscriber_id"])


def downgrade() -> None:
    op.drop_index("ix_emergency_letters_subscriber", table_name="emergency_letters")
    op.drop_index("ix_emergency_letters_delivery", table_name="emergency_letters")
    op.drop_index("ix_emergency_letters_due", table_name="emergency_letters")
    op.drop_table("emergency_letters")
    op.drop_index(op.f("ix_emergencies_tenant_id"), table_name="emergencies")
    op.drop_index("ix_emergencies_going", table_name="emergencies")
    op.drop_table("emergencies")
    op.drop_index("ix_channel_consents_subscriber", table_name="channel_consents")
    op.drop_table("channel_consents")
