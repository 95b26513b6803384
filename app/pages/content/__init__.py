"""A day's content: the list of packs, and the desk where one is written."""

from app.pages.content import calendar, editing, listing

__all__ = ["calendar", "editing", "listing"]
