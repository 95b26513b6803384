"""What a snapshot shows, worked out once for all who look at it, in each language they read."""

from dataclasses import dataclass, field

from app.pages.live.shown import Shown, show
from app.words.speech import retold
from engine.domain.ids import TenantId
from engine.read.board import Board

AS_WRITTEN = frozenset({"moment", "sender", "href", "time", "step"})
"""Of what is shown: no words of ours, or what the page itself compares."""


@dataclass(slots=True)
class _Told:
    board: Board | None
    shown: Shown
    in_language: dict[str, Shown] = field(default_factory=lambda: dict[str, Shown]())


_latest: dict[TenantId, _Told] = {}


def told(tenant: TenantId, board: Board | None, language: str) -> Shown:
    """What the page shows of a tenant's board in that language."""
    known = _latest.get(tenant)
    if known is None or known.board is not board:
        known = _latest[tenant] = _Told(board, show(board))
    if language not in known.in_language:
        known.in_language[language] = retold(known.shown, language, but=AS_WRITTEN)
    return known.in_language[language]
