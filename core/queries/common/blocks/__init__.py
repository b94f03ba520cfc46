"""Statements that read blocks instead of rows."""
