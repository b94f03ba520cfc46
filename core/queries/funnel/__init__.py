"""Funnels and the kinds based on them."""
