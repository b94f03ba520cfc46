"""Funnels: a bar per step, and a table of groups by steps."""
