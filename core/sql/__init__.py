"""Statements, what differs between dialects, and sets inside SQL."""
