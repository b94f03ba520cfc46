"""Statements, the differences between dialects, and sets in SQL."""
