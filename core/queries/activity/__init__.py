"""Kinds of question about active, new, returning and dormant people."""
