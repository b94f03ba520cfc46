"""Grids of cohorts: shares in shades, money, and curves over periods."""
