"""Processes that help this one."""
