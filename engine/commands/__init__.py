"""What people ask for: one verb per module, each one transaction with its audit row."""
