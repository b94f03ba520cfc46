"""The terminal explorer and the command line."""

VERSION = "0.1.0"

INTERRUPTED = 130
"""The exit code after ctrl+c."""
