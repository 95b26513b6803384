"""Takes one person out of a stored webhook: their address, their words, the ids that name them.

What is left says how much came and when, so that counts stay (Meta: Webhooks > messages).
"""

import json
from collections.abc import Iterable
from typing import Any, cast

GONE = "erased"
ALL_GONE = b'{"erased":true}'
_ADDRESSES = ("recipient_id", "recipient_user_id", "wa_id", "user_id", "from", "from_user_id")


def without_person(body: bytes, names: Iterable[str]) -> bytes:
    """`body` without anything of the person who has these `names`: digits of a phone, WhatsApp ids
    of theirs, ids of messages to them or from them. A body that is no JSON is given up whole.
    """
    known = {name for name in names if name}
    try:
        read = json.loads(body)
        _learn(read, known)
        return json.dumps(_clean(read, known), ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return ALL_GONE


def _learn(value: Any, known: set[str]) -> None:
    """A receipt of a message of theirs has their address beside it, which then is theirs, too."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            _learn(item, known)
    elif isinstance(value, dict):
        item = cast("dict[str, Any]", value)
        if item.get("id") in known and "status" in item:
            known |= {str(item[key]) for key in _ADDRESSES if item.get(key)}
        for inner in item.values():
            _learn(inner, known)


def _clean(value: Any, known: set[str]) -> Any:
    if isinstance(value, str):
        return GONE if any(name in value for name in known) else value
    if isinstance(value, list):
        return [_clean(item, known) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    item = cast("dict[str, Any]", value)
    # A message of theirs, or the card with their name, goes whole; a receipt keeps what it counts.
    if "status" not in item and any(str(item.get(key)) in known for key in (*_ADDRESSES, "id")):
        return {GONE: True} | {key: item[key] for key in ("timestamp", "type") if key in item}
    return {key: _clean(inner, known) for key, inner in item.items()}
