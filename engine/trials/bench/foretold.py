"""How good the forecast is: by mornings in virtual time whose seeds nothing was fitted on."""

from engine.trials.bench.table import Row, verdict
from engine.trials.bench.tools import Tools
from engine.trials.forecasts.family import JUDGING
from engine.trials.forecasts.judging import announcements, judge, points

MORNINGS, QUICK = 200, 4
JOBS = 2
ERROR_SECONDS = 10.0
LINE_SHARE = 0.5
INSIDE = (0.75, 0.90)
TOLD_SHARE = 0.95
FALSE_SHARE = 0.05


def measure(tools: Tools) -> list[Row]:
    """The forecast at T+60 s, beside a straight line; and the announcements of a late end."""
    count = QUICK if tools.quick else MORNINGS
    tools.tell(f"{count} mornings are foretold at T+60 s")
    judged = judge(points(JUDGING[:count], JOBS))
    tools.tell(f"{count} mornings are watched for a late end")
    told = announcements(JUDGING[1_000 : 1_000 + count], JOBS)
    late = [one for one in told if one.late]
    good = [one for one in told if not one.late]
    announced = sum(one.told for one in late)
    false = sum(one.told for one in good)
    low, high = INSIDE
    return [
        Row(
            name="99 % time foretold at T+60 s, median error",
            ours=f"{judged.error:.1f} s",
            beside=f"{judged.line_error:.1f} s by a straight line",
            ratio=judged.error / judged.line_error if judged.line_error else None,
            goal=f"≤ {ERROR_SECONDS:g} s, ≤ {LINE_SHARE:g} of the line",
            verdict=verdict(judged.error <= min(ERROR_SECONDS, LINE_SHARE * judged.line_error)),
            why=f"{judged.mornings} mornings, of which {judged.never} never got there",
        ),
        Row(
            name="the real time lies inside the band",
            ours=f"{100 * judged.inside:.0f} %",
            goal=f"{100 * low:.0f}–{100 * high:.0f} %",
            verdict=verdict(low <= judged.inside <= high),
        ),
        Row(
            name="late mornings announced a minute before the close",
            ours=f"{announced} of {len(late)}",
            goal=f"≥ {100 * TOLD_SHARE:.0f} %",
            verdict=verdict(announced >= TOLD_SHARE * len(late)),
        ),
        Row(
            name="false alarms",
            ours=f"{false} of {len(good)} mornings in time",
            goal=f"≤ {100 * FALSE_SHARE:.0f} %",
            verdict=verdict(false <= FALSE_SHARE * len(good)),
        ),
    ]
