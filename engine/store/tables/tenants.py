"""Who uses the product: tenants, their users, and the users' signed-in sessions."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"  # pyright: ignore[reportAssignmentType]
    id: int | None = Field(default=None, primary_key=True)
    name: str
    sandbox: bool = True  # a sandbox never reaches people (spec X5)
    zone: str = "Asia/Kolkata"
    created_at: datetime


class User(SQLModel, table=True):
    __tablename__ = "users"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("email", name="uq_users_email"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    email: str  # lower case
    name: str
    role: str  # domain.roles.Role
    password_hash: str  # argon2id
    must_change: bool = False
    active: bool = True
    language: str = "en"  # of the interface: en or hi
    totp_secret: str | None = None  # base32; NULL: no second factor was begun
    totp_since: datetime | None = None  # when it was confirmed; from then on it is asked for
    totp_step: int = 0  # the last 30-second step a code was taken of: each is good once
    created_at: datetime


class RecoveryCode(SQLModel, table=True):
    """What lets a person in who lost their phone; each once. Only its hash is stored."""

    __tablename__ = "recovery_codes"  # pyright: ignore[reportAssignmentType]
    user_id: int = Field(primary_key=True, foreign_key="users.id")
    code_hash: str = Field(primary_key=True)  # SHA-256 hex: a code is 80 bits of chance
    used_at: datetime | None = None


class Invitation(SQLModel, table=True):
    """A place in the house, offered by a link that is good once and not for long."""

    __tablename__ = "invitations"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_invitations_token"),
        Index("ix_invitations_tenant", "tenant_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    email: str  # lower case
    name: str
    role: str  # domain.roles.Role
    token_hash: str  # SHA-256 hex of what the link carries
    invited_by: int | None = Field(default=None, foreign_key="users.id")
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None  # accepted, withdrawn or replaced by a newer one
    user_id: int | None = Field(default=None, foreign_key="users.id")  # who it became


class TenantSetting(SQLModel, table=True):
    """One setting an organisation changed; what is not here has its default."""

    __tablename__ = "tenant_settings"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    key: str = Field(primary_key=True)  # domain.tenant_settings
    value: str
    updated_at: datetime


class SignIn(SQLModel, table=True):
    """A server-side session. Only its token's hash is stored: a stolen copy opens no door."""

    __tablename__ = "sign_ins"  # pyright: ignore[reportAssignmentType]
    token_hash: str = Field(primary_key=True)  # SHA-256 hex of the cookie's value
    user_id: int = Field(foreign_key="users.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str = ""
    agent: str = ""
    revoked_at: datetime | None = None
