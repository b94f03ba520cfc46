"""Words as people vary them: their stems, and what else events, fields and places are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_IRREGULAR: Final = {
    "bought": "buy", "paid": "pay", "people": "person", "sent": "send", "spent": "spend",
    "made": "make", "came": "come", "wrote": "write", "written": "write", "went": "go",
    "subscription": "subscrib", "registration": "regist", "register": "regist",
    "ups": "up", "ads": "ad", "ids": "id", "apis": "api", "apps": "app", "sold": "sell",
    "shown": "show", "seen": "see", "saw": "see", "got": "get", "built": "build",
}  # fmt: skip
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

_SAME: Final = (
    ("sign up", "regist", "join", "account creat", "user creat", "instal", "install"),
    ("purchas", "buy", "order", "pay", "checkout", "transact", "payment", "sale", "sell"),
    ("subscrib", "upgrad"),
    ("log in", "login", "sign in"),
    ("page view", "pageview", "visit", "hit", "view"),
    ("app open", "launch", "application foreground", "open"),
    ("invit", "refer"),
    ("error", "crash", "fail", "except", "bug"),
    ("support", "ticket", "complaint"),
    ("cancel", "unsubscrib"),
)
"""Stems of words that people use for the same kind of event."""

_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "channel": ("source", "utm_source", "mkt_source", "medium"),
    "source": ("utm_source", "mkt_source", "referrer"), "acquisit": ("source", "utm_source"),
    "campaign": ("utm_campaign", "mkt_campaign"), "medium": ("utm_medium", "mkt_medium"),
    "referrer": ("source", "referer", "page_referrer", "referring_domain"),
    "referer": ("referrer", "page_referrer"), "refer": ("referrer", "source"),
    "page": ("path", "url", "page_path", "page_urlpath", "page_url"),
    "url": ("path", "page", "page_url"), "screen": ("screen_name", "path"),
    "devic": ("device_type", "device_model"), "devic type": ("device_type",),
    "operat system": ("os",), "country": ("geo_country", "country_code"), "nation": ("country",),
    "locat": ("country", "region", "city"), "geography": ("country",), "locale": ("language",),
    "tier": ("plan",), "pric plan": ("plan",), "amount": ("price", "value", "total"),
    "value": ("amount", "price", "total"), "price": ("amount", "value"), "siz": ("amount",),
    "organisat": ("organization", "org", "company", "account"), "workspac": ("team", "account"),
    "organizat": ("org", "company", "account"), "tenant": ("account", "company", "org"),
    "company": ("account", "organization", "org"), "account": ("company", "organization", "org"),
    "custom": ("customer", "account", "company"), "client": ("company", "account"),
    "employe": ("resource",), "response code": ("status",), "status code": ("status",),
    "version": ("app_version", "version"), "employee": ("resource",),
    "unit": ("quantity", "qty"), "item": ("quantity", "qty"), "piec": ("quantity", "qty"),
    "respons time": ("latency", "latency_ms", "duration", "duration_ms", "response_time"),
    "latency": ("duration", "duration_ms", "response_time", "elapsed"),
}  # fmt: skip
"""What people call a field -> the fields that it may be, the best first."""

PLACES: Final[Mapping[str, str]] = {
    "germany": "DE", "france": "FR", "netherlands": "NL", "holland": "NL", "belgium": "BE",
    "spain": "ES", "italy": "IT", "austria": "AT", "switzerland": "CH", "poland": "PL",
    "portugal": "PT", "sweden": "SE", "norway": "NO", "denmark": "DK", "finland": "FI",
    "ireland": "IE", "uk": "GB", "united kingdom": "GB", "britain": "GB", "england": "GB",
    "usa": "US", "united states": "US", "america": "US", "the us": "US",
    "canada": "CA", "mexico": "MX", "brazil": "BR", "argentina": "AR", "india": "IN",
    "china": "CN", "japan": "JP", "korea": "KR", "south korea": "KR", "australia": "AU",
    "new zealand": "NZ", "russia": "RU", "ukraine": "UA", "turkey": "TR", "israel": "IL",
    "singapore": "SG", "indonesia": "ID", "vietnam": "VN", "czechia": "CZ", "greece": "GR",
    "romania": "RO", "hungary": "HU", "nigeria": "NG", "south africa": "ZA", "egypt": "EG",
    "german": "DE", "french": "FR", "dutch": "NL", "belgian": "BE", "spanish": "ES",
    "italian": "IT", "austrian": "AT", "swiss": "CH", "polish": "PL", "portuguese": "PT",
    "swedish": "SE", "norwegian": "NO", "danish": "DK", "finnish": "FI", "irish": "IE",
    "british": "GB", "brit": "GB", "american": "US", "canadian": "CA", "mexican": "MX",
    "brazilian": "BR", "indian": "IN", "chinese": "CN", "japanese": "JP", "korean": "KR",
    "australian": "AU",
}  # fmt: skip
"""What people call a country or those who live there -> its code in data."""


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return what forms of a word have in common: "creat" of created, creates and creation."""
    found = word.casefold()
    if found in _IRREGULAR:
        return _IRREGULAR[found]
    if found.endswith("ies") and len(found) > 4:
        found = f"{found[:-3]}y"
    elif found.endswith("s") and not found.endswith(("ss", "us", "is")) and len(found) > 3:
        found = found[:-1]
    found = _IRREGULAR.get(found, found)
    for end, instead, least in (
        ("ification", "ify", 10), ("ied", "y", 5), ("ation", "", 8), ("ing", "", 6), ("ed", "", 5),
        ("ion", "", 6), ("e", "", 5),
    ):  # fmt: skip
        if found.endswith(end) and len(found) >= least:
            found = found.removesuffix(end) + instead
            break
    if re.search(r"([bdgmnprt])\1$", found):
        found = found[:-1]
    return _IRREGULAR.get(found, found)


@lru_cache(maxsize=4096)
def stems(name: str) -> tuple[str, ...]:
    """Return the stems of the words in a name: (email, verify) of emailVerified."""
    found = tuple(stem(part) for part in _PARTS.findall(name))
    return ("sign", "up", *found[1:]) if found[:1] == ("signup",) else found


def alike(found: tuple[str, ...]) -> frozenset[str]:
    """Return the other words for a kind of event that some stems are."""
    text = " ".join(found)
    padded = f" {text} "
    for same in _SAME:
        if any(f" {word} " in padded or word == text for word in same):
            return frozenset(same)
    return frozenset()


FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    " ".join(map(stem, called.split())): fields for called, fields in _CALLED.items()
}
"""The stem of what people call a field -> the fields that it may be, the best first."""
