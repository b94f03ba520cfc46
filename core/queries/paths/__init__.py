"""Paths: what people do after, before or between events."""
