"""Visits to websites: exports of web analytics and logs of web servers."""

from typing import Final

PAGE_VIEW: Final = "page view"
"""The name of a page view, whichever product counted it."""
