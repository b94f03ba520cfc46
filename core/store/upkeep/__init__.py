"""Taking events out of a workspace, and keeping what is derived from them right."""
