"""The marks that a sentence names, as dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

AROUND: Final = timedelta(days=14)
"""How long before and after a mark something is looked at that it may have changed."""

BOTH: Final = r"before (?:and|vs\.?|versus|or) after"
"""Names the time on both sides of a mark."""

_SAID: Final = (
    rf"{BOTH}|\b(?:since|after)\s*(?=·)|\b(?:did|does|has|are|is)\b|affect\w*|impact\w*|effect\w*"
    r"|\b(?:hurt|help|boost)\w*|around|(?<= )(?:increas|decreas|improv|reduc)\w*"
)
"""Words that ask whether a mark changed something."""


def dated(text: str, marks: Mapping[str, date], today: date) -> str:
    """Return a sentence with dates in place of the marks that it names."""
    said = (title for title in marks if title in text)
    for title in sorted(said, key=len, reverse=True):
        named = re.search(rf"\b(?:the )?(?:last |latest )?{re.escape(title)}(?!\w)", text)
        if named is None:
            continue
        at = marks[title]
        before, after = text[: named.start()], text[named.end() :]
        moved = re.search(
            r"\b(?:did|do|has|have|are|is)\b.*\b(?:up|down|change\w*|increas\w*|drop\w*|fall"
            r"|rise|improve\w*|decreas\w*|better|worse|more|fewer|less)\b",
            text,
        )
        if before.endswith("during "):
            return f"{before.removesuffix('during ')} on {at.isoformat()} {after}"
        compared = moved is not None or re.search(BOTH, text) is not None
        if re.search(r"\b(?:since|after)\s*$", before) and not compared:
            before = re.sub(r"\b(?:since|after)\s*$", "", before)
            return f"{before} since {at.isoformat()} {after}"
        caused = moved is not None and re.search(r"\b(?:did|has|have|does)\s*$", before)
        if (
            caused
            or re.search(r"affect|impact|effect|influence|around|hurt|help|boost", text)
            or (compared and re.search(r"\b(?:since|after|with|from)\s*$", before))
        ):
            return _around(before, after, at, today)
    return text


def _around(before: str, after: str, at: date, today: date) -> str:
    """Return a sentence with the time on both sides of a mark, without what says so."""
    since = re.search(r"\bsince\s*$", before)
    last = today if since else min(at + AROUND, today)
    spoken = re.sub(_SAID, " ", f"{before} · {after}")
    return f"{(at - AROUND).isoformat()} to {last.isoformat()} {spoken}"
