"""Kinds of question that list, rank or group events."""
