"""Parsers of the two grammars, and their tables, which are stored to avoid making them at every
start.
"""
