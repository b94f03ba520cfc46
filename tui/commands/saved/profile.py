"""`footfall profile`: who is using a workspace, and in which role."""

from __future__ import annotations

import click

from tui.commands.database import database
from tui.commands.options import db_option, format_options
from tui.commands.output import put_json, put_line, say
from tui.commands.saved.common import saved_at

ROLES = ("viewer", "editor", "admin", "platform")


@click.command("profile")
@click.argument("name", required=False)
@click.option(
    "--role", type=click.Choice(ROLES), help="Default: the role NAME already has, or admin."
)
@db_option
@format_options
def command(name: str | None, role: str | None, db: str | None, format: str | None) -> None:
    """Show which profile uses the workspace, or switch to NAME from now on.

    Viewers can look; editors can create boards, charts, audiences and marks and change their own;
    admins can change everybody's. FOOTFALL_PROFILE=NAME[:ROLE] and --as choose another profile for
    one command.

    \b
    footfall profile
    footfall profile ana --role editor
    """
    from core.store.library.profiles import Profile, read_profile
    from core.store.library.saved import Saved

    path = database(db)
    saved = saved_at(path)
    if name is not None or role is not None:
        user = read_profile(name)[0] if name else saved.profile.user
        known = saved_at(path, f"{user}:{role}" if role else user).profile
        saved.access.become(Profile(user=known.user, role=known.role))
        saved = Saved(path)
    profile = saved.profile
    if format == "json":
        put_json(profile._asdict())
    else:
        put_line(f"{profile.user}  {profile.role}")
    if profile.role == "viewer":
        from core.store.library.profiles import writable

        say("" if writable(path) else "The file cannot be written, so everybody is a viewer.")
