# ruff: noqa: S608 - the statements are all here, and nobody hands anything in
"""Evidence packs and their public keys, proven re-sends, backups, copies that wait to be released,
and sealed segments of the audit trail, which are the only part of it that may go.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
SEALED = "EXISTS (SELECT 1 FROM audit_segments WHERE last_number >= OLD.number)"
FOLLOWS = (
    "NEW.first_number = COALESCE((SELECT MAX(last_number) FROM audit_segments), 0) + 1 "
    "AND NEW.last_number >= NEW.first_number AND EXISTS "
    "(SELECT 1 FROM audit WHERE number = NEW.last_number AND hash = NEW.last_hash)"
)
"""A segment begins where the one before it ended, and ends with an entry that is there."""
SQLITE_GUARDS = (
    "DROP TRIGGER audit_loses_none",
    f"CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit WHEN NOT {SEALED} {REFUSE}",
    "DROP TRIGGER audit_values_stay",
    "CREATE TRIGGER audit_values_stay BEFORE DELETE ON audit_values WHEN EXISTS "
    f"(SELECT 1 FROM audit_keys WHERE person = OLD.person) AND NOT {SEALED} {REFUSE}",
    f"CREATE TRIGGER audit_segments_hold BEFORE UPDATE ON audit_segments {REFUSE}",
    f"CREATE TRIGGER audit_segments_stay BEFORE DELETE ON audit_segments {REFUSE}",
    "CREATE TRIGGER audit_segments_follow BEFORE INSERT ON audit_segments "
    f"WHEN NOT ({FOLLOWS}) {REFUSE}",
)
SQLITE_AS_BEFORE = (
    "DROP TRIGGER audit_segments_hold",
    "DROP TRIGGER audit_segments_stay",
    "DROP TRIGGER audit_segments_follow",
    "DROP TRIGGER audit_loses_none",
    f"CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit {REFUSE}",
    "DROP TRIGGER audit_values_stay",
    "CREATE TRIGGER audit_values_stay BEFORE DELETE ON audit_values "
    f"WHEN EXISTS (SELECT 1 FROM audit_keys WHERE person = OLD.person) {REFUSE}",
)
RAISE = "RAISE EXCEPTION 'the audit trail is append-only'"
VALUE_STAYS = (
    "CREATE OR REPLACE FUNCTION audit_value_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM audit_keys WHERE person = OLD.person){but} THEN "
    f"{RAISE}; END IF; RETURN OLD; END $$"
)
POSTGRESQL_GUARDS = (
    "CREATE FUNCTION audit_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NOT {SEALED} THEN {RAISE}; END IF; RETURN OLD; END $$",
    "CREATE FUNCTION audit_segment_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NOT ({FOLLOWS}) THEN {RAISE}; END IF; RETURN NEW; END $$",
    "DROP TRIGGER audit_keeps_rows ON audit",
    "CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_row_stays()",
    VALUE_STAYS.format(but=f" AND NOT {SEALED}"),
    "CREATE TRIGGER audit_segments_hold BEFORE UPDATE OR DELETE ON audit_segments "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_segments_keeps_table BEFORE TRUNCATE ON audit_segments "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_segments_follow BEFORE INSERT ON audit_segments "
    "FOR EACH ROW EXECUTE FUNCTION audit_segment_follows()",
)
POSTGRESQL_AS_BEFORE = (
    "DROP FUNCTION audit_segment_follows() CASCADE",
    "DROP FUNCTION audit_row_stays() CASCADE",
    "DROP TRIGGER audit_keeps_rows ON audit",
    "CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    VALUE_STAYS.format(but=""),
)


def upgrade() -> None:
    op.create_table(
        "evidence_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_keys")),
    )
    op.create_table(
        "evidence_packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_evidence_packs_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_packs")),
    )
    op.create_index("ix_evidence_packs_day", "evidence_packs", ["tenant_id", "day", "id"])
    op.create_index("ix_evidence_packs_state", "evidence_packs", ["state", "id"])
    op.create_table(
        "resends",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_resends_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resends")),
        sa.UniqueConstraint("delivery_id", "attempt", name="uq_resends_attempt"),
    )
    op.create_table(
        "backups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backups")),
    )
    op.create_index("ix_backups_state", "backups", ["state", "id"])
    op.create_table(
        "restored_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backed_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("backup_sha256", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restored_copies")),
    )
    op.create_table(
        "audit_segments",
        sa.Column("last_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("last_number", name=op.f("pk_audit_segments")),
    )
    for statement in SQLITE_GUARDS if _on_sqlite() else POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in SQLITE_AS_BEFORE if _on_sqlite() else POSTGRESQL_AS_BEFORE:
        op.execute(statement)
    op.drop_table("audit_segments")
    op.drop_table("restored_copies")
    op.drop_index("ix_backups_state", table_name="backups")
    op.drop_table("backups")
    op.drop_table("resends")
    op.drop_index("ix_evidence_packs_state", table_name="evidence_packs")
    op.drop_index("ix_evidence_packs_day", table_name="evidence_packs")
    op.drop_table("evidence_packs")
    op.drop_table("evidence_keys")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
