"""Funnels, and the kinds that follow from them."""
