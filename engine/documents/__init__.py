"""Files in and out: bytes become checked values, values become bytes. No database, no network."""
