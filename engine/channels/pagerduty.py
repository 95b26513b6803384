"""PagerDuty Events API v2: an alert is one incident there, opened, acknowledged and resolved by its
`dedup_key`.

Source: PagerDuty, "Events API v2": POST /v2/enqueue, 202 for what was taken, 400 for a bad event,
429 for too many. `summary` has at most 1,024 characters; severities are critical, error, warning,
info.
"""

import json
from collections.abc import Mapping
from typing import Any

from engine.channels.doorway import Doorway, judged
from engine.domain.alert_channels import KEY, PAGERDUTY_URL, URL, Letter, NotTold, Told
from engine.domain.alerting import News

SUMMARY_LIMIT = 1_024
_ACTIONS = {
    News.OPENED: "trigger",
    News.UPDATED: "trigger",
    News.TEST: "trigger",
    News.ACKNOWLEDGED: "acknowledge",
    News.RESOLVED: "resolve",
}


async def tell(
    doorway: Doorway, options: Mapping[str, str], secrets: Mapping[str, str], letter: Letter
) -> Told | NotTold:
    """One event. A test is resolved at once, so that nobody is woken by it for long."""
    url = options.get(URL, PAGERDUTY_URL)
    said = judged(await doorway.post(url, _body(event(letter, secrets.get(KEY, "")))))
    if letter.event is News.TEST and isinstance(said, Told):
        done = event(letter, secrets.get(KEY, "")) | {"event_action": "resolve"}
        done.pop("payload")
        return judged(await doorway.post(url, _body(done)))
    return said


def event(letter: Letter, routing_key: str) -> dict[str, Any]:
    """The event as PagerDuty reads it."""
    action = _ACTIONS[letter.event]
    made: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": letter.dedup_key,
    }
    if action == "trigger":
        made["payload"] = {
            "summary": f"{letter.organisation}: {letter.subject}. {letter.words}"[:SUMMARY_LIMIT],
            "source": "dawncast",
            "severity": letter.severity.word,
            "timestamp": letter.at.isoformat(),
            "component": letter.rule,
        }
        if letter.link:
            made["links"] = [{"href": letter.link, "text": "Alerts"}]
    return made


def _body(made: dict[str, Any]) -> bytes:
    return json.dumps(made, ensure_ascii=False).encode()
