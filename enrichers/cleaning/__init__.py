"""Cleaning: what a raw document says, without what its page says around it."""
