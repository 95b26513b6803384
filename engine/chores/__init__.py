"""Heavy work beside the morning: processes of their own, with little of the machine (spec R3)."""
