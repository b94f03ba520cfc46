"""Names in text: which need no quotes; and how long and deep a text may be."""

from __future__ import annotations

import re
from typing import Final

SEGMENTS: Final = (
    "new",
    "returning",
    "dormant",
    "churned",
    "one_timer",
    "casual",
    "regular",
    "power_user",
)
"""The built-in segments; `for` takes these words as segments and any other as an audience."""

MAX_LENGTH: Final = 20_000
"""The most characters of a question in text."""

MAX_DEPTH: Final = 30
"""How deep conditions and questions may nest in text."""

BARE: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:[.:-][A-Za-z0-9_$]+)*")
"""Names that canonical text leaves unquoted, unless reserved."""
