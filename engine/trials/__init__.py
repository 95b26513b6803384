"""Whole runs of the product against the simulator, and the people made up for them."""
