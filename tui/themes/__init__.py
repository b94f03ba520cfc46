"""Colours: themes of our own, and the tokens that every theme gets for charts and panels."""
