"""All tables, imported here once so that `SQLModel.metadata` is whole for alembic and the tests."""

from engine.store.tables.audit import AuditEntry
from engine.store.tables.broadcasts import Broadcast, Exclusion, Lane, LogEntry, Sample, Schedule
from engine.store.tables.content import Content, Template, Variant
from engine.store.tables.deliveries import Attempt, Delivery, Receipt
from engine.store.tables.engine import EngineRun, Lease
from engine.store.tables.inbox import ParkedReceipt, Webhook
from engine.store.tables.people import Consent, Subscriber
from engine.store.tables.senders import Sender
from engine.store.tables.tenants import SignIn, Tenant, User

__all__ = [
    "Attempt",
    "AuditEntry",
    "Broadcast",
    "Consent",
    "Content",
    "Delivery",
    "EngineRun",
    "Exclusion",
    "Lane",
    "Lease",
    "LogEntry",
    "ParkedReceipt",
    "Receipt",
    "Sample",
    "Schedule",
    "Sender",
    "SignIn",
    "Subscriber",
    "Template",
    "Tenant",
    "User",
    "Variant",
    "Webhook",
]
