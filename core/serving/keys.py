"""The key and the secret that a program has to know to be answered."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import NamedTuple


class Keys(NamedTuple):
    """User and password of basic authentication (Dashboard REST API, authentication)."""

    key: str
    secret: str

    @classmethod
    def fresh(cls) -> Keys:
        """Return keys that nobody can guess."""
        return cls(secrets.token_hex(16), secrets.token_hex(16))

    def opens(self, header: str) -> bool:
        """Whether an Authorization header has this key and secret: "Basic BASE64"."""
        scheme, _, coded = header.strip().partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(coded.strip(), validate=True)
        except binascii.Error:
            return False
        return hmac.compare_digest(given, f"{self.key}:{self.secret}".encode())
