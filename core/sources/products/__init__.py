"""Exports of analytics products; one file per product."""
