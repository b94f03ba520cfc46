"""Formulas over series: their text, functions and values."""
