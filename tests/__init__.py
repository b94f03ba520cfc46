"""Tests, named after features."""
