"""Every decision Dawncast makes, as pure functions of their arguments: no clock, no dice, no IO."""
