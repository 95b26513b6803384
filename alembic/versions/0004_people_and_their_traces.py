"""Personal values beside the audit trail, its end a second time, second factors, invitations,
settings.

Revision: 0004, after 0003.
"""

# ruff: noqa: S608 - every statement is made of constants
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_tenant": ["tenant_id", "number"],
    "ix_audit_subject": ["subject", "number"],
    "ix_audit_actor": ["tenant_id", "actor", "number"],
    "ix_audit_action": ["tenant_id", "action", "number"],
}
ERASED = sa.text("erased_at IS NOT NULL")
REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
SQLITE_GUARDS = (
    "CREATE TRIGGER audit_end_walks BEFORE UPDATE ON audit_end "
    f"WHEN NEW.number <> OLD.number + 1 OR NEW.id <> OLD.id {REFUSE}",
    f"CREATE TRIGGER audit_end_stays BEFORE DELETE ON audit_end {REFUSE}",
    "CREATE TRIGGER audit_end_is_one BEFORE INSERT ON audit_end "
    f"WHEN EXISTS (SELECT 1 FROM audit_end) {REFUSE}",
    f"CREATE TRIGGER audit_keys_hold BEFORE UPDATE ON audit_keys {REFUSE}",
    "CREATE TRIGGER audit_keys_replace_none BEFORE INSERT ON audit_keys "
    f"WHEN EXISTS (SELECT 1 FROM audit_keys WHERE person = NEW.person) {REFUSE}",
    f"CREATE TRIGGER audit_values_hold BEFORE UPDATE ON audit_values {REFUSE}",
    # A value goes when its person's key is gone: that is an erasure, and nothing else is.
    "CREATE TRIGGER audit_values_stay BEFORE DELETE ON audit_values "
    f"WHEN EXISTS (SELECT 1 FROM audit_keys WHERE person = OLD.person) {REFUSE}",
    "CREATE TRIGGER audit_values_replace_none BEFORE INSERT ON audit_values WHEN EXISTS "
    f"(SELECT 1 FROM audit_values WHERE number = NEW.number AND field = NEW.field) {REFUSE}",
)
POSTGRESQL_GUARDS = (
    "CREATE TRIGGER audit_end_walks BEFORE UPDATE ON audit_end FOR EACH ROW "
    "WHEN (NEW.number <> OLD.number + 1 OR NEW.id <> OLD.id) EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_end_stays BEFORE DELETE ON audit_end "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_keys_hold BEFORE UPDATE ON audit_keys "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_values_hold BEFORE UPDATE ON audit_values "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE FUNCTION audit_value_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM audit_keys WHERE person = OLD.person) THEN "
    "RAISE EXCEPTION 'the audit trail is append-only'; END IF; RETURN OLD; END $$",
    "CREATE TRIGGER audit_values_stay BEFORE DELETE ON audit_values "
    "FOR EACH ROW EXECUTE FUNCTION audit_value_stays()",
    *(
        f"CREATE TRIGGER {table}_keeps_table BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
        for table in ("audit_end", "audit_keys", "audit_values")
    ),
)


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit", columns)
    op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_end"),
    )
    op.create_table(
        "audit_keys",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_audit_keys"),
    )
    op.create_table(
        "audit_values",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", "field", name="pk_audit_values"),
    )
    op.create_index("ix_audit_values_person", "audit_values", ["person"])
    op.execute(
        "INSERT INTO audit_end (id, number, hash) "
        "SELECT 1, number, hash FROM audit ORDER BY number DESC LIMIT 1"
    )
    _upgrade_people()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_GUARDS if on_sqlite else POSTGRESQL_GUARDS:
        op.execute(statement)


def _upgrade_people() -> None:
    op.add_column("subscribers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_subscribers_erased", "subscribers", ["id"], sqlite_where=ERASED, postgresql_where=ERASED
    )
    op.add_column("users", sa.Column("totp_secret", sa.String(), nullable=True))
    op.add_column("users", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_invitations_tenant_id"),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name="fk_invitations_invited_by"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_invitations_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token"),
    )
    op.create_index("ix_invitations_tenant", "invitations", ["tenant_id", "id"])
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tenant_settings_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_tenant_settings"),
    )


def downgrade() -> None:
    for table in ("tenant_settings", "invitations", "recovery_codes"):
        op.drop_table(table)
    for column in ("totp_step", "totp_since", "totp_secret"):
        op.drop_column("users", column)
    op.drop_index("ix_subscribers_erased", table_name="subscribers")
    op.drop_column("subscribers", "erased_at")
    for table in ("audit_values", "audit_keys", "audit_end"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_value_stays() CASCADE")
    for name in INDEXES:
        op.drop_index(name, table_name="audit")
