"""A Slack-compatible incoming webhook: Slack itself, Mattermost, Rocket.Chat, Zulip.

Source: Slack, "Sending messages using incoming webhooks": a JSON object with `text`; 200 `ok`.
"""

import json
from collections.abc import Mapping, Sequence

from engine.channels.doorway import Doorway, judged
from engine.domain.alert_channels import URL, Letter, NotTold, Told
from engine.domain.alerting import News, Severity

_MARKS = {Severity.INFO: "🔵", Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}


async def tell(
    doorway: Doorway, secrets: Mapping[str, str], letters: Sequence[Letter]
) -> Told | NotTold:
    """All of them as one message."""
    body = json.dumps({"text": text(letters)}, ensure_ascii=False).encode()
    return judged(await doorway.post(secrets.get(URL, ""), body))


def text(letters: Sequence[Letter]) -> str:
    """What people read there."""
    lines = [f"*{_escaped(letters[0].organisation)}*"] if letters else []
    for letter in letters:
        mark = "🟢" if letter.event in {News.RESOLVED, News.TEST} else _MARKS[letter.severity]
        lines.append(f"{mark} *{_escaped(letter.subject)}*")
        if letter.words:
            lines.append(_escaped(letter.words))
    if letters and letters[0].link:
        lines.append(f"<{letters[0].link}|Open the alerts>")
    return "\n".join(lines)


def _escaped(words: str) -> str:
    """Names of people and templates are no commands to Slack."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
