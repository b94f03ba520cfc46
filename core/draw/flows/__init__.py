"""Flows: columns of events joined by bands as thick as their share of the paths."""
