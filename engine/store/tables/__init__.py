"""All tables, imported here once so that `SQLModel.metadata` is whole for alembic and the tests."""

from engine.store.tables.alerts import (
    Alert,
    AlertChannel,
    AlertMoment,
    AlertNotice,
    AlertRule,
    AlertSecret,
    AlertSilence,
)
from engine.store.tables.audit import AuditEnd, AuditEntry, AuditKey, AuditValue
from engine.store.tables.broadcasts import (
    Broadcast,
    Exclusion,
    Lane,
    LogEntry,
    Sample,
    Schedule,
    SkipDay,
)
from engine.store.tables.carriers import Carrier, CarrierSecret, ReportMail, ReportMailing
from engine.store.tables.content import Content, Variant
from engine.store.tables.deliveries import Attempt, Delivery, Receipt
from engine.store.tables.desk import (
    ComplianceRules,
    DeadlineNotice,
    Media,
    MediaUpload,
    OwnPhone,
    TestMessage,
)
from engine.store.tables.emergencies import ChannelConsent, Emergency, EmergencyLetter
from engine.store.tables.engine import EngineRun, Lease
from engine.store.tables.foretold import Foretold, Rehearsal
from engine.store.tables.imports import Import, StagedSubscriber
from engine.store.tables.inbox import IntakeGap, ParkedReceipt, Webhook
from engine.store.tables.mornings import DayStep, StandInTemplate
from engine.store.tables.people import Consent, Subscriber
from engine.store.tables.records import (
    AuditSegment,
    Backup,
    EvidenceKey,
    EvidencePack,
    Resend,
    RestoredCopy,
)
from engine.store.tables.replies import ApiKey, Conversation, Inbound, Notification
from engine.store.tables.reports import (
    ReportCursor,
    ReportDay,
    ReportError,
    ReportFigure,
    ReportReader,
    ReportWording,
)
from engine.store.tables.senders import Sender, SenderChange
from engine.store.tables.templates import Template, TemplateDay, TemplateOrder
from engine.store.tables.tenants import (
    Invitation,
    RecoveryCode,
    SignIn,
    Tenant,
    TenantSetting,
    User,
)

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertMoment",
    "AlertNotice",
    "AlertRule",
    "AlertSecret",
    "AlertSilence",
    "ApiKey",
    "Attempt",
    "AuditEnd",
    "AuditEntry",
    "AuditKey",
    "AuditSegment",
    "AuditValue",
    "Backup",
    "Broadcast",
    "Carrier",
    "CarrierSecret",
    "ChannelConsent",
    "ComplianceRules",
    "Consent",
    "Content",
    "Conversation",
    "DayStep",
    "DeadlineNotice",
    "Delivery",
    "Emergency",
    "EmergencyLetter",
    "EngineRun",
    "EvidenceKey",
    "EvidencePack",
    "Exclusion",
    "Foretold",
    "Import",
    "Inbound",
    "IntakeGap",
    "Invitation",
    "Lane",
    "Lease",
    "LogEntry",
    "Media",
    "MediaUpload",
    "Notification",
    "OwnPhone",
    "ParkedReceipt",
    "Receipt",
    "RecoveryCode",
    "Rehearsal",
    "ReportCursor",
    "ReportDay",
    "ReportError",
    "ReportFigure",
    "ReportMail",
    "ReportMailing",
    "ReportReader",
    "ReportWording",
    "Resend",
    "RestoredCopy",
    "Sample",
    "Schedule",
    "Sender",
    "SenderChange",
    "SignIn",
    "SkipDay",
    "StagedSubscriber",
    "StandInTemplate",
    "Subscriber",
    "Template",
    "TemplateDay",
    "TemplateOrder",
    "Tenant",
    "TenantSetting",
    "TestMessage",
    "User",
    "Variant",
    "Webhook",
]
