"""`footfall schema`: what a question and its answer look like as JSON."""

from __future__ import annotations

import json

import click

from tui.commands.output import put


@click.command("schema")
@click.argument("kind")
def command(kind: str) -> None:
    """Print the JSON schemas of the question KIND and of its answer."""
    from core.queries.schemas import schemas

    put(json.dumps(schemas(kind), indent=2))
