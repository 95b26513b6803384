"""The Alerts page in a browser: what is wrong, who sees to it, rules, channels, silences."""

import re
from collections.abc import Generator
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, col, delete, select

from engine.clock import MachineClock
from engine.domain.alert_rules import Watched
from engine.domain.alerting import Alert, AlertState, News, Severity
from engine.domain.roles import Role
from engine.store import alerts, tables
from engine.store.tables import (
    AlertChannel,
    AlertMoment,
    AlertNotice,
    AlertRule,
    AlertSecret,
    AlertSilence,
)
from tests.browser.conftest import PHONE, OpenTab, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def wrong(served: Served) -> Generator[Served]:
    """Something is wrong: the delivery of the morning, critically."""
    served.database.transact_now(_furnish, served)
    yield served
    served.database.transact_now(_clear)


def _furnish(session: Session, served: Served) -> None:
    now = MachineClock().now()
    began = now - timedelta(minutes=3)
    for rule, severity, words in (
        (Watched.DELIVERY, Severity.CRITICAL, "88.1 % of 1,480 are on the phone: Daily"),
        (Watched.QUALITY, Severity.WARNING, "Quality is medium: +91 80 4000 4101"),
    ):
        alert = Alert(
            state=AlertState.OPEN,
            severity=severity,
            since=began,
            value=88.1,
            opened_at=began,
            told=severity,
        )
        number = alerts.begin(session, served.tenant, rule.value, alert, words)
        alerts.note(session, number, News.OPENED, severity, words, now=began, told=True)


def _clear(session: Session) -> None:
    for row in (AlertNotice, AlertMoment, tables.Alert, AlertSecret, AlertChannel, AlertSilence):
        session.exec(delete(row))
    session.exec(delete(AlertRule))


def test_an_alert_is_on_the_bell_and_on_live_and_somebody_sees_to_it(
    open_tab: OpenTab, wrong: Served
) -> None:
    page = open_tab(Role.OPERATOR)
    expect(page.get_by_role("link", name="Alerts: 2")).to_be_visible()
    expect(page.locator(".dc-alert-strip")).to_contain_text("88.1 % of 1,480")
    page.get_by_role("link", name="Alerts: 2").click()
    one = page.locator("[data-alert='delivery']")
    expect(one).to_contain_text("Critical")
    one.get_by_role("button", name="History").click()
    expect(one.locator(".dc-timeline")).to_contain_text("Opened")
    one.get_by_role("button", name="Acknowledge").click()
    expect(one).to_contain_text("Operator Person sees to it")
    expect(one.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_a_viewer_looks_and_presses_nothing(open_tab: OpenTab, wrong: Served) -> None:
    page = open_tab(Role.VIEWER, "/alerts")
    expect(page.locator("[data-alert='delivery']")).to_be_visible()
    for name in ("Acknowledge", "Keep quiet", "Add Slack", "Edit: Messages fail"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_a_rule_is_edited_and_what_makes_no_sense_is_refused(
    open_tab: OpenTab, wrong: Served
) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/alerts")
    page.get_by_role("button", name="Edit: Messages fail", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Warning: more than").fill("200")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("from 0 to 100")
    dialog.get_by_label("Warning: more than").fill("3.5")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-rule='failing']")).to_contain_text("more than 3.5 %")


def test_a_channel_is_added_tested_and_its_secret_is_not_shown(
    open_tab: OpenTab, wrong: Served
) -> None:
    page = open_tab(Role.ADMINISTRATOR, "/alerts")
    page.get_by_role("button", name="Add Signed webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Desk")
    dialog.get_by_label("Address").fill("https://example.com/hook")
    dialog.get_by_label("Signing secret").fill("nobody shall see this")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("A sandbox reaches this machine only")
    dialog.get_by_label("Address").fill("http://127.0.0.1:9/hook")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Test: Desk").click()
    expect(page.get_by_role("table", name="Delivery log")).to_contain_text("A test")
    page.get_by_role("button", name="Edit: Desk").click()
    expect(dialog.get_by_label("Signing secret")).to_have_value("")
    assert "nobody shall see this" not in page.content()
    kept = wrong.database.read_now(
        lambda s: s.exec(select(AlertSecret.value).order_by(col(AlertSecret.channel_id))).one()
    )
    assert "nobody shall see this" in kept


def test_alerts_are_kept_quiet_with_a_reason(open_tab: OpenTab, wrong: Served) -> None:
    page = open_tab(Role.OPERATOR, "/alerts", viewport=PHONE)
    page.locator(".dc-page-head").get_by_role("button", name="Keep quiet").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("A drill until seven")
    dialog.get_by_role("button", name="Keep quiet").click()
    expect(page.get_by_role("table", name="Silences")).to_contain_text("A drill until seven")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], "the page does not scroll sideways on a phone"
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("table", name="Silences")).to_have_count(0)
    assert re.search("Alerts", page.title())
