"""The bench: every goal that a run can show, with the floor or a bare loop beside it in the same
run.

A piece is a module that measures something and gives back rows of the table. Runs are processes of
their own; where two things are compared their rounds take turns, and the median is told: only
ratios are worth quoting, since the machine's mood falls on both sides alike.
"""
