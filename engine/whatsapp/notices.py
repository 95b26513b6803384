"""The webhooks about the account itself: templates, numbers, limits, bans (Meta: Webhooks >
Fields).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.whatsapp.lenient import Object, as_object, identifier, instant, integer, objects, text
from engine.whatsapp.updates import (
    AccountAlert,
    AccountReview,
    AccountUpdate,
    Capability,
    NumberName,
    NumberQuality,
    Restriction,
    Security,
    TemplateCategory,
    TemplateEdited,
    TemplateQuality,
    TemplateRef,
    TemplateStatus,
    Update,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One change of one account: `at` is the entry's time, None where Meta left it out."""

    account: str
    at: datetime | None
    value: Object

    def word(self, key: str) -> str:
        return text(self.value.get(key))


def _template(notice: Notice) -> TemplateRef | None:
    template_id = identifier(notice.value.get("message_template_id"))
    name = notice.word("message_template_name")
    if template_id is None and not name:
        return None
    return TemplateRef(
        account=notice.account,
        template_id=template_id or "",
        name=name,
        language=notice.word("message_template_language").replace("-", "_"),
    )


def _template_status(notice: Notice) -> TemplateStatus | None:
    template = _template(notice)
    event = notice.word("event").upper()
    if template is None or not event:
        return None
    rejection = as_object(notice.value.get("rejection_info"))
    reason = notice.word("reason")
    return TemplateStatus(
        template=template,
        at=notice.at,
        event=event,
        reason=text(rejection.get("reason")) or ("" if reason == "NONE" else reason),
        title=text(as_object(notice.value.get("other_info")).get("title")),
        category=notice.word("message_template_category"),
    )


def _template_quality(notice: Notice) -> TemplateQuality | None:
    template = _template(notice)
    new = notice.word("new_quality_score")
    if template is None or not new:
        return None
    previous = notice.word("previous_quality_score")
    return TemplateQuality(template=template, at=notice.at, previous=previous, new=new)


def _template_category(notice: Notice) -> TemplateCategory | None:
    template = _template(notice)
    if template is None:
        return None
    return TemplateCategory(
        template=template,
        at=notice.at,
        previous=notice.word("previous_category"),
        new=notice.word("new_category"),
        correct=notice.word("correct_category"),
        effective_at=instant(notice.value.get("category_update_timestamp")),
    )


def _template_edited(notice: Notice) -> TemplateEdited | None:
    template = _template(notice)
    return None if template is None else TemplateEdited(template=template, at=notice.at)


def _number_quality(notice: Notice) -> NumberQuality:
    # From v24 on the portfolio's limit comes as a number under another name.
    daily = notice.word("max_daily_conversations_per_business")
    return NumberQuality(
        account=notice.account,
        at=notice.at,
        display_phone=notice.word("display_phone_number"),
        event=notice.word("event"),
        current_limit=notice.word("current_limit") or daily,
        old_limit=notice.word("old_limit"),
    )


def _number_name(notice: Notice) -> NumberName:
    return NumberName(
        account=notice.account,
        at=notice.at,
        display_phone=notice.word("display_phone_number"),
        decision=notice.word("decision"),
        name=notice.word("requested_verified_name"),
        reason=notice.word("rejection_reason"),
    )


def _account_update(notice: Notice) -> AccountUpdate | None:
    event = notice.word("event").upper()
    if not event:
        return None
    ban = as_object(notice.value.get("ban_info"))
    violation = as_object(notice.value.get("violation_info"))
    return AccountUpdate(
        account=notice.account,
        at=notice.at,
        event=event,
        ban_state=text(ban.get("waba_ban_state")),
        violation=text(violation.get("violation_type")),
        restrictions=tuple(
            Restriction(
                type=text(restriction.get("restriction_type")),
                expires_at=instant(restriction.get("expiration")),
            )
            for restriction in objects(notice.value.get("restriction_info"))
        ),
    )


def _account_review(notice: Notice) -> AccountReview:
    return AccountReview(account=notice.account, at=notice.at, decision=notice.word("decision"))


def _account_alert(notice: Notice) -> AccountAlert:
    # Meta's page nests the alert; its older samples lay it flat.
    alert = as_object(notice.value.get("alert_info")) or notice.value
    return AccountAlert(
        account=notice.account,
        at=notice.at,
        entity_type=notice.word("entity_type"),
        entity_id=notice.word("entity_id"),
        severity=text(alert.get("alert_severity")),
        status=text(alert.get("alert_status")),
        type=text(alert.get("alert_type")),
        description=text(alert.get("alert_description")),
    )


def _capability(notice: Notice) -> Capability:
    value = notice.value
    daily = integer(value.get("max_daily_conversations_per_business"))
    numbers = integer(value.get("max_phone_numbers_per_business"))
    return Capability(
        account=notice.account,
        at=notice.at,
        max_daily_conversations=(
            daily
            if daily is not None
            else integer(value.get("max_daily_conversation_per_phone"))  # v23 and older
        ),
        max_numbers=(
            numbers if numbers is not None else integer(value.get("max_phone_numbers_per_waba"))
        ),
    )


def _security(notice: Notice) -> Security:
    return Security(
        account=notice.account,
        at=notice.at,
        display_phone=notice.word("display_phone_number"),
        event=notice.word("event"),
        requester=notice.word("requester"),
    )


READERS: dict[str, Callable[[Notice], Update | None]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "message_template_components_update": _template_edited,
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "account_update": _account_update,
    "account_review_update": _account_review,
    "account_alerts": _account_alert,
    "business_capability_update": _capability,
    "security": _security,
}
"""By the webhook's field. None from a reader: the notice lacks what would make it one."""
