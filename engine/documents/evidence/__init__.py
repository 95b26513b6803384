"""Evidence packs as files: a zip of one form, its signature, and whoever checks both (spec L3)."""
