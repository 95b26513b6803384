"""What waits for an approver, and the page on which one reads it and decides."""

from app.pages.approvals import listing, reviewing

__all__ = ["listing", "reviewing"]
