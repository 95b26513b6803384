"""What Meta says of our templates, numbers and account."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.whatsapp.updates import (
    AccountAlert,
    AccountReview,
    AccountUpdate,
    Capability,
    NumberName,
    NumberQuality,
    Other,
    Restriction,
    Security,
    TemplateCategory,
    TemplateEdited,
    TemplateQuality,
    TemplateRef,
    TemplateStatus,
)
from engine.whatsapp.webhooks import parse
from tests.whatsapp.said import said

AT = datetime.fromtimestamp(1795000000, UTC)
TEMPLATE = {
    "message_template_id": 594425479261596,
    "message_template_name": "daily_note",
    "message_template_language": "en-US",
}
REF = TemplateRef(
    account="4711", template_id="594425479261596", name="daily_note", language="en_US"
)


def told(field: str, **value: object) -> Any:
    [update] = parse(said(field, value, time=1795000000))
    return update


def test_a_template_is_paused() -> None:
    update = told(
        "message_template_status_update",
        **TEMPLATE,
        event="PAUSED",
        reason="NONE",
        message_template_category="UTILITY",
        other_info={"title": "FIRST_PAUSE", "description": "3 hours"},
    )

    assert update == TemplateStatus(
        template=REF, at=AT, event="PAUSED", reason="", title="FIRST_PAUSE", category="UTILITY"
    )


def test_a_template_is_rejected_in_words() -> None:
    update = told(
        "message_template_status_update",
        **TEMPLATE,
        event="REJECTED",
        reason="INVALID_FORMAT",
        rejection_info={"reason": "Parameters next to each other", "recommendation": "…"},
    )

    assert (update.event, update.reason) == ("REJECTED", "Parameters next to each other")


def test_a_template_loses_quality() -> None:
    update = told(
        "message_template_quality_update",
        **TEMPLATE,
        previous_quality_score="GREEN",
        new_quality_score="YELLOW",
    )

    assert update == TemplateQuality(template=REF, at=AT, previous="GREEN", new="YELLOW")


def test_a_category_change_is_announced_a_day_ahead_and_told_when_done() -> None:
    ahead = told(
        "template_category_update",
        **TEMPLATE,
        new_category="UTILITY",
        correct_category="MARKETING",
        category_update_timestamp=1795086400,
    )
    done = told(
        "template_category_update",
        **TEMPLATE,
        previous_category="UTILITY",
        new_category="MARKETING",
    )

    assert ahead == TemplateCategory(
        template=REF,
        at=AT,
        previous="",
        new="UTILITY",
        correct="MARKETING",
        effective_at=datetime.fromtimestamp(1795086400, UTC),
    )
    assert (done.previous, done.new, done.effective_at) == ("UTILITY", "MARKETING", None)


def test_a_template_is_edited_behind_our_back() -> None:
    update = told("message_template_components_update", **TEMPLATE, message_template_element="new")

    assert update == TemplateEdited(template=REF, at=AT)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ({"event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": 100000}, "100000"),
        ({"event": "FLAGGED", "current_limit": "TIER_10K", "old_limit": "TIER_100K"}, "TIER_10K"),
    ],
)
def test_a_number_changes_in_todays_words_and_in_yesterdays(
    value: dict[str, object], limit: str
) -> None:
    update = told("phone_number_quality_update", display_phone_number="918000000001", **value)

    assert isinstance(update, NumberQuality)
    assert (update.display_phone, update.event, update.current_limit) == (
        "918000000001",
        value["event"],
        limit,
    )


def test_a_number_gets_its_name() -> None:
    update = told(
        "phone_number_name_update",
        display_phone_number="918000000001",
        decision="APPROVED",
        requested_verified_name="Dawncast",
        rejection_reason=None,
    )

    assert update == NumberName(
        account="4711",
        at=AT,
        display_phone="918000000001",
        decision="APPROVED",
        name="Dawncast",
        reason="",
    )


def test_an_account_is_restricted() -> None:
    update = told(
        "account_update",
        event="ACCOUNT_RESTRICTION",
        restriction_info=[
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": "1795086400"},
            {"restriction_type": "RESTRICTED_UTILITY_TEMPLATES"},
        ],
    )

    assert update == AccountUpdate(
        account="4711",
        at=AT,
        event="ACCOUNT_RESTRICTION",
        ban_state="",
        violation="",
        restrictions=(
            Restriction(
                type="RESTRICTED_BIZ_INITIATED_MESSAGING",
                expires_at=datetime.fromtimestamp(1795086400, UTC),
            ),
            Restriction(type="RESTRICTED_UTILITY_TEMPLATES", expires_at=None),
        ),
    )


def test_an_account_is_banned_or_accused() -> None:
    ban = {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "January 1, 2027"}

    assert told("account_update", event="DISABLED_UPDATE", ban_info=ban).ban_state == (
        "SCHEDULE_FOR_DISABLE"
    )
    assert (
        told(
            "account_update", event="ACCOUNT_VIOLATION", violation_info={"violation_type": "SCAM"}
        ).violation
        == "SCAM"
    )


def test_an_account_is_reviewed() -> None:
    assert told("account_review_update", decision="APPROVED") == AccountReview(
        account="4711", at=AT, decision="APPROVED"
    )


@pytest.mark.parametrize("nested", [True, False])
def test_an_alert_is_read_nested_or_flat(nested: bool) -> None:
    alert = {
        "alert_severity": "CRITICAL",
        "alert_status": "NONE",
        "alert_type": "OBA_APPROVED",
        "alert_description": "words",
    }
    value = {"alert_info": alert} if nested else alert

    assert told("account_alerts", entity_type="BUSINESS", entity_id=123, **value) == AccountAlert(
        account="4711",
        at=AT,
        entity_type="BUSINESS",
        entity_id="123",
        severity="CRITICAL",
        status="NONE",
        type="OBA_APPROVED",
        description="words",
    )


@pytest.mark.parametrize(
    "value",
    [
        {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_business": 25},
        {"max_daily_conversation_per_phone": 2000, "max_phone_numbers_per_waba": 25},
    ],
)
def test_limits_are_read_from_new_and_old_versions(value: dict[str, object]) -> None:
    assert told("business_capability_update", **value) == Capability(
        account="4711", at=AT, max_daily_conversations=2000, max_numbers=25
    )


def test_somebody_asks_for_the_pin() -> None:
    assert told(
        "security",
        display_phone_number="918000000001",
        event="PIN_RESET_REQUEST",
        requester=61555822107539,
    ) == Security(
        account="4711",
        at=AT,
        display_phone="918000000001",
        event="PIN_RESET_REQUEST",
        requester="61555822107539",
    )


@pytest.mark.parametrize(
    "field",
    [
        "message_template_status_update",
        "message_template_quality_update",
        "template_category_update",
        "message_template_components_update",
        "account_update",
    ],
)
def test_a_notice_that_lacks_what_makes_it_one_is_kept_raw(field: str) -> None:
    assert told(field, surprise=1) == Other(field=field, kind="incomplete", raw='{"surprise": 1}')
