"""Which page shows anew what a dialog has changed: the dialogs stand on more than one."""

from typing import Any

_loads: dict[str, Any] = {}


def refreshed_by(start: str, load: Any) -> None:
    """Pages whose address begins so are filled by this event."""
    _loads[start] = load


def refresh(path: str) -> Any:
    """The event that fills the page at this address; None where nothing is to be shown anew."""
    fitting = [start for start in _loads if path.startswith(start)]
    return _loads[max(fitting, key=len)] if fitting else None
