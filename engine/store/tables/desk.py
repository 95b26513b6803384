"""What the content desk keeps beside the content: media, compliance rules, deadlines, tests."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel


class Media(SQLModel, table=True):
    """A file as it was uploaded, under the hash of its bytes: the same file is there once."""

    __tablename__ = "media"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    sha256: str = Field(primary_key=True)
    type: str  # domain.media.MediaType
    name: str
    size_bytes: int
    width: int = 0  # pixels; 0 for what is no picture
    height: int = 0
    content: bytes
    thumbnail: bytes = b""  # a small JPEG for the preview; empty for what is no picture
    uploaded_by: int = Field(foreign_key="users.id")
    created_at: datetime


class MediaUpload(SQLModel, table=True):
    """A file as one sender knows it at WhatsApp: an id belongs to the number it was uploaded to."""

    __tablename__ = "media_uploads"  # pyright: ignore[reportAssignmentType]
    sender_id: int = Field(primary_key=True, foreign_key="senders.id")
    sha256: str = Field(primary_key=True)  # of the file as it was approved, without the brand line
    brand_line: str = Field(primary_key=True)
    whatsapp_id: str
    took_ms: int = 0
    uploaded_at: datetime


class ComplianceRules(SQLModel, table=True):
    """One edition of a tenant's rules; the highest number holds, the others are the history."""

    __tablename__ = "compliance_rules"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    number: int = Field(primary_key=True)
    document: str  # JSON, domain.rules_form.as_document
    note: str = ""
    written_by: int = Field(foreign_key="users.id")
    created_at: datetime


class DeadlineNotice(SQLModel, table=True):
    """That a day's missing approval was told of: each kind once."""

    __tablename__ = "deadline_notices"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # reminder, cut_off
    at: datetime


class OwnPhone(SQLModel, table=True):
    """A user's own phone, for test messages; it confirms itself by writing to us."""

    __tablename__ = "own_phones"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_own_phones_phone", "phone"),)
    user_id: int = Field(primary_key=True, foreign_key="users.id")
    phone: str  # E.164
    code: str  # what it has to write
    asked_at: datetime
    confirmed_at: datetime | None = None


class TestMessage(SQLModel, table=True):
    """A draft sent to its reader's own phone: no delivery, counted nowhere."""

    __test__ = False  # pytest takes every name that begins so for its own
    __tablename__ = "test_messages"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_test_messages_state", "state", "id"),
        Index("ix_test_messages_user", "user_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    user_id: int = Field(foreign_key="users.id")
    content_id: int = Field(foreign_key="contents.id")
    content_version: int
    content_hash: str
    language: str
    phone: str
    state: str  # domain.test_message.TestState
    words: str = ""
    sender_id: int | None = Field(default=None, foreign_key="senders.id")
    message_id: str | None = None
    asked_at: datetime
    ended_at: datetime | None = None
