"""The database: tables by aggregate, and functions that take a Session first and decide nothing."""
