"""A question of any kind inside another."""

from __future__ import annotations

from typing import Annotated

from pydantic import SerializeAsAny, WithJsonSchema

from core.queries.common.question import Question

AnyQuestion = Annotated[
    SerializeAsAny[Question],
    WithJsonSchema(
        {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
    ),
]
"""A question of any kind inside another; its own schema defines its fields."""
