"""Mornings that are rehearsed first and then really run, in virtual time, to compare the two."""
