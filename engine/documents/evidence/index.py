"""The page of an evidence pack that people read: one file, nothing fetched, prints on paper."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

README = """Evidence of one day of messages, made by Dawncast.

index.html              the day in words: open it in any browser, print it
day.json                the same as data
broadcast-N/            one folder for each broadcast of the day
  recipients.csv        everybody in the frozen audience: every instant, and what came of it
  exceptions.csv        whoever did not simply get it in time, and why, in words
  attempts.csv          every request made to WhatsApp
  resends.csv           every request after one without an answer, with its proof
  left-out.csv          who was on the list and not in the audience, and why
  senders.csv pace.csv  the phone numbers, and what each did in each second
  log.csv               what the engine said while it ran
content-N/              what was approved
  hashed.json           its SHA-256 is the approved hash: do the sum yourself
  approval.json         who wrote, submitted, approved it, and when
  EN.json HI.json ...   the text as it was read
media/                  pictures and papers, each under the SHA-256 of its bytes
audit.jsonl             the day's part of the audit trail, each entry sealed with the one before
audit-anchor.json       where the trail ended when this was made
manifest.json           every file by its SHA-256
signature.json          Ed25519 over manifest.json

audience hash: SHA-256 over the column `key` of recipients.csv, each followed by a line feed.

To check that nothing was altered, on any machine with Dawncast and the public key:
    dawncast evidence verify FILE.zip --key PUBLIC-KEY
Get the public key from the organisation itself, not out of this file.

Personal values: no names are in here. Phone numbers lack their middle, or are not here at all. A
pack cannot be changed: when a person has to be erased, delete the packs of their days and have them
made anew.
"""

_STYLE = """
body{font:14px/1.5 system-ui,'Noto Sans','Noto Sans Devanagari',sans-serif;color:#16211f;
margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.6rem;margin:0}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #ccd5d3}
h3{font-size:1rem;margin:1.2rem 0 .3rem}table{border-collapse:collapse;width:100%;margin:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid #e4eae9}
th{font-weight:600;width:17rem}td.n{text-align:right;font-variant-numeric:tabular-nums}
code{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}.muted{color:#5c6a67}
.text{white-space:pre-wrap;border-left:3px solid #0f766e;padding:.4rem .8rem;background:#f4f8f7}
.met{color:#0a6b3d}.missed{color:#a3201d}
@media print{body{margin:0;max-width:none;font-size:11px}
h2,h3{break-after:avoid}tr{break-inside:avoid}}
"""


def page(day: Mapping[str, Any]) -> str:
    """The page for what `day.json` says."""
    broadcasts = [_broadcast(one) for one in day["broadcasts"]] or [
        "<p>There was no broadcast on this day.</p>"
    ]
    audit = day["audit"]
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>Evidence of {escape(day['day'])}</title><style>{_STYLE}</style></head><body>",
            f"<h1>Evidence of {escape(day['day'])}</h1>",
            f'<p class="muted">{escape(day["organisation"])} · made {escape(day["made_at"])} by '
            f"{escape(day['made_by'])} with {escape(day['made_with'])}</p>",
            *broadcasts,
            *(_content(one) for one in day["contents"]),
            "<h2>Audit trail</h2>",
            _facts(
                [
                    ("Entries of this day", _number(audit["entries"])),
                    ("The trail ended at entry", _number(audit["end"])),
                    ("sealed", _code(audit["end_hash"])),
                ]
            ),
            "<h2>How to check this</h2><p>Everything here is listed by its SHA-256 in "
            "<code>manifest.json</code>, which is signed. With the organisation's public key: "
            "<code>dawncast evidence verify FILE.zip --key PUBLIC-KEY</code></p>",
            _facts([("Signed with the key", _code(day["key"]))]),
            "</body></html>\n",
        ]
    )


def _second_wording(it: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "wording_b_hash" not in it:
        return []
    share = f"to {it['wording_b_percent']} of a hundred: "
    return [("Wording B", escape(share) + _code(it["wording_b_hash"]))]


def _broadcast(it: Mapping[str, Any]) -> str:
    verdicts = it["verdicts"]
    facts = [
        ("State", escape(f"{it['state']}{': ' + it['why'] if it['why'] else ''}")),
        ("Audience frozen", f"{_number(it['audience'])} at {escape(it['frozen_at'] or '–')}"),
        ("Audience hash", _code(it["audience_hash"])),
        ("Sent under content hash", _code(it["content_hash"] or "–")),
        *_second_wording(it),
        ("Sent under another content", _number(it["under_another_content"])),
        ("Opened / closed", escape(f"{it['opens_at']} / {it['closes_at']}")),
        (
            "First message / finished",
            escape(f"{it['started_at'] or '–'} / {it['finished_at'] or '–'}"),
        ),
        ("Handed over in time", _verdict(verdicts["handed_over"])),
        ("Delivered in time", _verdict(verdicts["delivered"])),
        ("Missed by our side", _number(it["missed_by_our_side"])),
        ("Missed by the phones", _number(it["missed_by_the_phones"])),
        ("Pacing, routing", escape(f"{it['pacing']}, {it['routing']}")),
        ("Seed of the plan", _code(it["seed_of_the_plan"] or "–")),
    ]
    senders = [
        [
            *(escape(str(one["sender"])), escape(one["role"]), escape(one["quality"])),
            *(_number(one["messages"]), f"{one['rate_per_second']:g}"),
            *(_number(one["most_in_one_second"]), f"{one['latest_send_ms']} ms"),
        ]
        for one in it["senders"]
    ]
    return "".join(
        [
            f"<h2>{escape(it['title'])}</h2>",
            _facts(facts),
            "<h3>Where the messages stand</h3>",
            _counts(it["states"]),
            "<h3>Exceptions</h3>",
            _counts(it["exceptions"]) or "<p>None.</p>",
            f'<p class="muted">Person by person in <code>{escape(it["folder"])}/exceptions.csv'
            "</code>.</p>",
            "<h3>Left out of the audience</h3>",
            _counts(it["left_out"]) or "<p>Nobody.</p>",
            "<h3>Requests to WhatsApp</h3>",
            _counts(it["attempts"]) or "<p>None.</p>",
            "<h3>Senders</h3>",
            _table(SENDERS, senders),
        ]
    )


SENDERS = ("Sender", "Role", "Quality", "Messages", "Rate/s", "Most in a second", "Latest send")


def _content(it: Mapping[str, Any]) -> str:
    same = it["approved_hash"] == it["hash_of_what_is_here"]
    history = [
        [escape(one["at"]), escape(one["who"]), escape(one["action"]), _number(one["entry"])]
        for one in it["history"]
    ]
    return "".join(
        [
            f"<h2>Content: {escape(it['title'])}</h2>",
            _facts(
                [
                    ("Written by", escape(it["author"])),
                    ("Decided by", escape(it["decided_by"] or "–")),
                    ("Decided at", escape(it["decided_at"] or "–")),
                    ("Comment", escape(it["comment"] or "–")),
                    ("Approved hash", _code(it["approved_hash"] or "–")),
                    (
                        "Hash of what is here",
                        _code(it["hash_of_what_is_here"])
                        + (" <b>the same</b>" if same else ' <b class="missed">another</b>'),
                    ),
                ]
            ),
            "<h3>What was done to it</h3>",
            _table(("When", "Who", "What", "Audit entry"), history),
            *(_language(one) for one in it["languages"]),
        ]
    )


def _language(it: Mapping[str, Any]) -> str:
    shown = it.get("media") or it.get("media_trouble", "")
    above = f'<p class="muted">Above it: <code>{escape(shown)}</code></p>' if shown else ""
    return (
        f"<h3>{escape(it['language'])} · template {escape(it['template'])} "
        f"(version {it['template_version']}, {escape(it['category'])})</h3>"
        f'{above}<div class="text" lang="{escape(it["template_language"])}">'
        f"{escape(it['as_read'])}</div>"
    )


def _verdict(it: Mapping[str, Any]) -> str:
    word = escape(it["verdict"])
    return (
        f"{_number(it['count'])} of {_number(it['of'])} · goal {escape(it['goal'])} · "
        f'<b class="{word}">{word}</b> ({escape(it["standing"])})'
    )


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"<tr><th>{escape(name)}</th><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{''.join(lines)}</table>"


def _counts(counted: Mapping[str, int]) -> str:
    if not counted:
        return ""
    return _facts([(name[:1].upper() + name[1:], _number(many)) for name, many in counted.items()])


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<td><b>{escape(name)}</b></td>" for name in names)
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def _number(value: int) -> str:
    digits = str(value)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
