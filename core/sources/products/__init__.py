"""Exports of products that collect events; one file per product."""
