"""Alerts: rules, what is wrong, who was told by which channel; silences.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_alert_channels_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_channels"),
    )
    op.create_index("ix_alert_channels_tenant", "alert_channels", ["tenant_id", "id"], unique=False)
    op.create_table(
        "alert_rules",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("levels", sa.String(), nullable=False),
        sa.Column("hold_seconds", sa.Float(), nullable=False),
        sa.Column("calm_seconds", sa.Float(), nullable=False),
        sa.Column("cool_down_seconds", sa.Float(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_alert_rules_tenant_id"),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name="fk_alert_rules_written_by"),
        sa.PrimaryKeyConstraint("tenant_id", "key", "number", name="pk_alert_rules"),
    )
    op.create_table(
        "alert_secrets",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channels.id"], name="fk_alert_secrets_channel_id"
        ),
        sa.PrimaryKeyConstraint("channel_id", name="pk_alert_secrets"),
    )
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_alert_silences_made_by"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_alert_silences_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silences"),
    )
    op.create_index(
        "ix_alert_silences_tenant", "alert_silences", ["tenant_id", "ends_at"], unique=False
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("members", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clear_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worse", sa.Integer(), nullable=True),
        sa.Column("worse_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), nullable=True),
        sa.Column("told_members", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["users.id"], name="fk_alerts_acknowledged_by"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_alerts_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_rule", "alerts", ["tenant_id", "rule", "id"], unique=False)
    op.create_index("ix_alerts_since", "alerts", ["tenant_id", "since", "id"], unique=False)
    op.create_index(
        "uq_alerts_live",
        "alerts",
        ["tenant_id", "rule"],
        unique=True,
        sqlite_where=sa.text("state = 'pending' OR state = 'open' OR state = 'acknowledged'"),
        postgresql_where=sa.text("state = 'pending' OR state = 'open' OR state = 'acknowledged'"),
    )
    op.create_table(
        "alert_moments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_moments_alert_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_alert_moments_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_moments"),
    )
    op.create_index("ix_alert_moments_alert", "alert_moments", ["alert_id", "id"], unique=False)
    op.create_table(
        "alert_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_notices_alert_id"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channels.id"], name="fk_alert_notices_channel_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_alert_notices_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_notices"),
        sa.UniqueConstraint("key", name="uq_alert_notices_key"),
    )
    op.create_index(
        "ix_alert_notices_due",
        "alert_notices",
        ["state", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' OR state = 'sending'"),
        postgresql_where=sa.text("state = 'waiting' OR state = 'sending'"),
    )
    op.create_index("ix_alert_notices_tenant", "alert_notices", ["tenant_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_alert_notices_tenant", table_name="alert_notices")
    op.drop_index(
        "ix_alert_notices_due",
        table_name="alert_notices",
        sqlite_where=sa.text("state = 'waiting' OR state = 'sending'"),
        postgresql_where=sa.text("state = 'waiting' OR state = 'sending'"),
    )
    op.drop_table("alert_notices")
    op.drop_index("ix_alert_moments_alert", table_name="alert_moments")
    op.drop_table("alert_moments")
    op.drop_index(
        "uq_alerts_live",
        table_name="alerts",
        sqlite_where=sa.text("state = 'pending' OR state = 'open' OR state = 'acknowledged'"),
        postgresql_where=sa.text("state = 'pending' OR state = 'open' OR state = 'acknowledged'"),
    )
    op.drop_index("ix_alerts_since", table_name="alerts")
    op.drop_index("ix_alerts_rule", table_name="alerts")
    op.drop_table("alerts")
    op.drop_index("ix_alert_silences_tenant", table_name="alert_silences")
    op.drop_table("alert_silences")
    op.drop_table("alert_secrets")
    op.drop_table("alert_rules")
    op.drop_index("ix_alert_channels_tenant", table_name="alert_channels")
    op.drop_table("alert_channels")
