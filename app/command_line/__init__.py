"""What the `dawncast` commands do; `app.cli` says how they are called.

Each module is imported by its own command only, so that none waits for what it does not need.
"""
