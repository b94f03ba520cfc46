"""Panels of single things: events, rows of SQL, people and what is known of each."""
