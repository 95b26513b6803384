"""A day's content: the list of packs, and the desk where one is written."""

from app.pages.content import editing, listing

__all__ = ["editing", "listing"]
