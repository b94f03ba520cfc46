"""Segment's calls, and those of libraries with its API: one flat object, whose `type` names the
call.
"""

from __future__ import annotations

from typing import Final

SIGN: Final = frozenset({"type"})

MARKS: Final = frozenset({"anonymousId", "messageId", "originalTimestamp", "sentAt"})
