"""Who uses the product: tenants, their users, and the users' signed-in sessions."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint


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
    created_at: datetime


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
