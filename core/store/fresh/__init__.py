"""Keeping a workspace fresh: what is remembered of sources, and reading only what is new."""
