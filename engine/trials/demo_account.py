"""What the demo's simulator offers and its sandbox sends from: numbers, imported in no time."""

PRIMARIES = 4
BACKUPS = 2
RATE_PER_SECOND = 80.0
SEED = 1
