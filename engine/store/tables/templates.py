"""What WhatsApp approved and how it did: templates, and what we asked of WhatsApp."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Template(SQLModel, table=True):
    __tablename__ = "templates"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("tenant_id", "name", "language", name="uq_templates_name"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    name: str
    language: str
    category: str
    status: str  # Meta's word: APPROVED, PAUSED …
    status_reason: str = ""  # Meta's words for why
    status_at: datetime | None = None  # since when, as far as we were told
    quality: str = "UNKNOWN"
    header_format: str = ""  # Meta's: IMAGE, DOCUMENT, TEXT …; empty: none
    header_text: str = ""
    body: str = ""
    footer: str = ""
    buttons: str = "[]"  # JSON list of their texts
    examples: str = "[]"  # JSON list: what stood for each variable at the review
    version: int = 1
    whatsapp_id: str = ""
    coming_category: str = ""  # Meta announced it
    coming_at: datetime | None = None
    group_name: str = ""  # those of one group stand in for each other (spec T2)
    position: int = 0  # in its group
    fallback: bool = False  # when the others of the group cannot be sent
    conservative: bool = False  # while a number recovers
    updated_at: datetime


class TemplateOrder(SQLModel, table=True):
    """What a person asked of WhatsApp about templates, and what came of it."""

    __tablename__ = "template_orders"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_template_orders_state", "state", "id"),
        Index("ix_template_orders_tenant", "tenant_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    kind: str  # domain.templates.OrderKind: sync, create, edit, delete
    name: str = ""
    language: str = ""
    whatsapp_id: str = ""
    payload: str = "{}"  # JSON of domain.templates.Draft
    state: str = "waiting"  # domain.templates.OrderState
    words: str = ""
    asked_by: str
    asked_at: datetime
    epoch: int = 0  # the engine run that asks WhatsApp
    ended_at: datetime | None = None


class TemplateDay(SQLModel, table=True):
    """How one broadcast did with its template in one language; counted after it."""

    __tablename__ = "template_days"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("broadcast_id", "name", "language", name="uq_template_days_broadcast"),
        Index("ix_template_days_template", "tenant_id", "name", "language", "day"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    broadcast_id: int = Field(foreign_key="broadcasts.id")
    name: str
    language: str
    day: date
    sent: int = 0  # with WhatsApp, whatever became of it
    failed: int = 0
    counted_at: datetime
