"""What an event brought: the one definition of revenue (definitions 2.6).

`$revenue` or `revenue` where that is a number; else price times quantity where both are; else, of
an event named as revenue, its amount (or price) times its quantity, 1 where it has none. Refunds
are negative. An event is named as revenue when one of the words of its name is in `WORDS` ("Order
Completed", "in_app_purchase"), or when a question names it as what is paid.

Conditions ask for it as the field `revenue:amount`, measures as the property of that name.
"""

from __future__ import annotations

import re
from typing import Final

AMOUNT: Final = "revenue:amount"

SELECTORS: Final = ("revenue_amount", "verified_revenue", "unverified_revenue")
EVENTS: Final = (*SELECTORS, "revenue", "$revenue")
"""Events of these names are revenue events, with an amount or without."""

WORDS: Final = frozenset({
    "revenue", "purchase", "purchased", "buy", "bought", "order", "ordered", "pay", "paid",
    "payment", "sale", "sold", "transaction", "charge", "charged", "refund", "refunded",
})  # fmt: skip

_WORD = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"


def is_named(event: str) -> bool:
    """Whether the name of an event of the data says that it is revenue."""
    return any(word.lower() in WORDS for word in re.findall(_WORD, event))


def field_of(property_: str) -> str:
    """Return the field that a measured property is: of the event, or what the event brought."""
    return AMOUNT if property_ == AMOUNT else f"properties.{property_}"


def names_it(event: str | None) -> bool:
    """Whether a question that asks for an event's revenue says by this that its amount is it."""
    return event is not None and event not in SELECTORS
