"""What is sent: content packs and their language variants."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Content(SQLModel, table=True):
    __tablename__ = "contents"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("uq_contents_b_of", "b_of", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    day: date  # the service day it is written for; of an evergreen, the day it was written
    evergreen: bool = False  # for any day on which nothing else was approved
    title: str
    state: str  # domain.content.ContentState
    version: int = 1  # raised by every edit
    author_id: int = Field(foreign_key="users.id")
    writers: str = "[]"  # JSON list of user ids: whoever ever edited it may not approve it
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="users.id")
    comment: str = ""
    content_hash: str | None = None  # what was approved; NULL unless approved, locked or sent
    b_of: int | None = None  # whose second wording it is; NULL: it stands for itself
    b_percent: int = 0  # of a second wording: how many of a hundred are to get it
    created_at: datetime
    updated_at: datetime


class Variant(SQLModel, table=True):
    """A content pack in one language: the template and the values put into it."""

    __tablename__ = "variants"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("content_id", "language", name="uq_variants_language"),)
    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="contents.id")
    language: str  # EN, HI, MR
    template_name: str
    template_language: str  # en, hi, mr as Meta spells it
    template_version: int = 1
    category: str = "UTILITY"
    body: str = ""  # the template's body with {{1}} …, as approved by Meta
    parameters: str = "[]"  # JSON list; "{name}" and "{registration_no}" are filled per recipient
    header_sha256: str = ""  # the file above the text; empty: none
    header_type: str = ""  # domain.media.MediaType
    header_name: str = ""  # what a reader sees of a paper
    header_bytes: int = 0
    brand_line: str = ""  # put onto the picture
