"""What time asks for: one loop or one run per module."""
