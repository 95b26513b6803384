"""`dawncast retention`: what would go by the rules, and when it is next looked at."""

from app import formats
from app.command_line import database
from app.command_line.terminal import out
from engine.clock import MachineClock
from engine.domain.retention import WORDS, goes_before
from engine.settings import Settings
from engine.workers.prune import terms_of, would_go


def report(settings: Settings) -> None:
    """Say what the rules would let go now, and let nothing go."""
    now = MachineClock().now()
    with database.opened(settings) as opened:
        terms = opened.read_now(terms_of)
        found = opened.read_now(would_go, now)
    out.print(
        f"Facts are kept for {formats.count(terms.years, 'year')}, raw words for "
        f"{formats.count(terms.raw_days, 'day')}. The engine looks every hour, never in a window."
    )
    for rule, count in found.items():
        before = formats.moment(goes_before(rule, terms, now))
        out.print(f"{formats.number(count):>12}  {WORDS[rule]}, older than {before}")
