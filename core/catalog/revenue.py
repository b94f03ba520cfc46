"""An event's revenue: its only definition (definitions 2.6).

`$revenue` or `revenue` if that is a number; else price times quantity if both are; else, for an
event named as revenue, its amount (or price) times its quantity (1 if it has none). Refunds are
negative. An event is named as revenue if a word of its name is in `WORDS` ("Order Completed",
"in_app_purchase"), or if a question names it as the payment.

In conditions it is the field `revenue:amount`, in measures the property of that name.
"""

from __future__ import annotations

import re
from typing import Final

AMOUNT: Final = "revenue:amount"

SELECTORS: Final = ("revenue_amount", "verified_revenue", "unverified_revenue")
EVENTS: Final = (*SELECTORS, "revenue", "$revenue")
"""Events with these names are revenue events, with or without an amount."""

WORDS: Final = frozenset({
    "revenue", "purchase", "purchased", "buy", "bought", "order", "ordered", "pay", "paid",
    "payment", "sale", "sold", "transaction", "charge", "charged", "refund", "refunded",
})  # fmt: skip

_WORD = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"


def is_named(event: str) -> bool:
    """Whether the name of an event in the data says that it is revenue."""
    return any(word.lower() in WORDS for word in re.findall(_WORD, event))


def field_of(property_: str) -> str:
    """Return the field of a measured property: a property of the event, or its revenue."""
    return AMOUNT if property_ == AMOUNT else f"properties.{property_}"


def names_it(event: str | None) -> bool:
    """Whether a question for an event's revenue thereby names its amount as the payment."""
    return event is not None and event not in SELECTORS
