"""How people and callers reach the engine: pages, HTTP, the command line."""
