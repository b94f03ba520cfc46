"""Kinds that contain other questions: several at once, saved charts, explanations."""
