"""What Dawncast does: plan, pace, send, settle.

Runs without a browser, without Meta, without a real clock.
"""
