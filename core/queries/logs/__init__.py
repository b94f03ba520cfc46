"""Logs: how many, which patterns, and line by line."""
