"""Kinds of question about who is active, new, returning or gone."""
