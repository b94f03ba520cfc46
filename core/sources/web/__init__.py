"""Visits to websites: exports of web analytics and logs of web servers."""

from typing import Final

PAGE_VIEW: Final = "page view"
"""What a view of a page is called, whoever counted it."""
