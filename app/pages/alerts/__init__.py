"""What is wrong now, what was, what is watched, and who is told (spec A1, A2)."""

from app.pages.alerts import rules as rules
from app.pages.alerts.listing import Alerts
from app.pages.alerts.places import Places
from app.pages.alerts.view import alerts_page as alerts_page

__all__ = ["Alerts", "Places", "alerts_page", "rules"]
