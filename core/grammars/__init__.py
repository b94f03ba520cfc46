"""Parsers of the two grammars, and their tables, which are kept so that no start makes them."""
