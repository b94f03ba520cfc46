"""Sentences and lines that pages show."""
