"""A backup as one file: what is in it, in which order, and how it is sealed (spec X4)."""
