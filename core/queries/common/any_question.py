"""A question of any kind inside another."""

from __future__ import annotations

from core.queries.common.question import AnyQuestion

__all__ = ["AnyQuestion"]
