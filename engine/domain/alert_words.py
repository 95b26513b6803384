"""An alert in a sentence: what was measured, of whom, and beyond what it is bad."""

from collections.abc import Callable

from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import Alert, News
from engine.domain.digits import grouped

MEMBERS_NAMED = 5


def title(rule: str) -> str:
    """How people know the rule."""
    return KINDS[Watched(rule)].title


def sentence(rule: str, alert: Alert) -> str:
    """What was measured last, in words."""
    return _WORDS[Watched(rule)](alert) + named(alert.members)


def named(members: tuple[str, ...]) -> str:
    """`: A, B and 3 more`; nothing for nobody."""
    if not members:
        return ""
    shown, more = members[:MEMBERS_NAMED], len(members) - MEMBERS_NAMED
    return ": " + ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def subject(event: News, rule: str, alert: Alert) -> str:
    """The line above a notification."""
    match event:
        case News.OPENED:
            return f"{alert.severity.word.capitalize()}: {title(rule)}"
        case News.UPDATED:
            return f"{alert.severity.word.capitalize()}, changed: {title(rule)}"
        case News.ACKNOWLEDGED:
            return f"Acknowledged: {title(rule)}"
        case News.RESOLVED:
            return f"Resolved: {title(rule)}"
        case News.TEST:
            return "A test: nothing is wrong"


def _count(alert: Alert) -> str:
    return f"{grouped(round(alert.value))}"


def _many(alert: Alert, one: str, more: str) -> str:
    return f"{_count(alert)} {one if alert.value == 1 else more}"


def _delivery(alert: Alert) -> str:
    return (
        f"{alert.value:.1f} % of the {grouped(alert.of)} messages planned a minute ago or earlier "
        "are on the phone"
    )


def _approval(alert: Alert) -> str:
    past = "The cut-off is over" if alert.value > 1 else "The reminder's time has come"
    return f"{past} and nothing is approved for the coming morning"


def _pool(alert: Alert) -> str:
    return f"{alert.value:.0f} % of the database's connections are free"


_WORDS: dict[Watched, Callable[[Alert], str]] = {
    Watched.DELIVERY: _delivery,
    Watched.FAILING: lambda a: f"{a.value:.1f} % of the {grouped(a.of)} messages tried have failed",
    Watched.PENDING_FAILURES: lambda a: f"{_count(a)} failed messages wait for another try",
    Watched.PERMANENT_FAILURES: lambda a: f"{_count(a)} messages have failed for good",
    Watched.WAITING: lambda a: f"{_count(a)} messages are due and have not gone",
    Watched.API_ERRORS: lambda a: f"{a.value:.1f} % of the last {grouped(a.of)} requests failed",
    Watched.RESPONSE: lambda a: f"Its answers take {a.value:.1f} seconds on average",
    Watched.FORECAST: lambda a: f"99 % are expected {a.value:.0f} seconds after the close",
    Watched.SLA: lambda a: f"{_many(a, 'person', 'people')} more would have met the goal",
    Watched.NO_NUMBERS: lambda _: "All numbers rest, are stopped, or may not send",
    Watched.QUALITY: lambda a: "Quality is " + ("low" if a.value > 1 else "medium"),
    Watched.MONTHLY_QUALITY: lambda a: f"{_many(a, 'drop', 'drops')} of quality in 30 days",
    Watched.TEMPLATE: lambda a: _many(a, "template in use", "templates in use"),
    Watched.NO_APPROVAL: _approval,
    Watched.CONTENT_REMINDER: lambda _: "There is no content for the coming morning yet",
    Watched.REHEARSAL: lambda a: _many(a, "check says no", "checks say no"),
    Watched.NOT_READY: lambda a: _many(a, "step before it failed", "steps before it failed"),
    Watched.DEAD_LETTERS: lambda a: f"{_many(a, 'dead letter', 'dead letters')} of the last day",
    Watched.COST: lambda a: f"{a.value:.0f} % of the month's budget is spent",
    Watched.CALLERS_SLOW: lambda a: f"95 % of the answers took up to {a.value:.0f} ms",
    Watched.CALLERS_ERRORS: lambda a: (
        f"{a.value:.1f} % of {grouped(a.of)} requests failed by our fault"
    ),
    Watched.WORKER_STOPPED: lambda a: f"No sign of life for {a.value:.0f} seconds",
    Watched.DATABASE_POOL: _pool,
    Watched.DISK: lambda a: f"{a.value:.1f} % of the disk is free",
    Watched.BACKUP: lambda _: "The last backup did not succeed",
    Watched.EMERGENCY: lambda _: "Who has not got the message gets it by SMS or e-mail",
}
