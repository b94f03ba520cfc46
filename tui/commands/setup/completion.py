"""`footfall completion`: completion in the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from tui.commands.output import put


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL; evaluate it in your shell's start-up file.

    \b
    eval "$(footfall completion bash)"
    """
    found = get_completion_class(shell)
    assert found is not None
    script = found(ctx.find_root().command, {}, "footfall", "_FOOTFALL_COMPLETE")
    put(script.source_template % script.source_vars())
