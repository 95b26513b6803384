"""Mornings by the hundred in virtual time, to hold the forecast against what then happened."""
