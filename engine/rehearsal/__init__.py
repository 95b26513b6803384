"""The dress rehearsal: the real plan, pace and retries against the simulated world, in virtual time
and without a store.
"""
