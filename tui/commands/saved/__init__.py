"""Commands for saved things in a workspace, and what these commands share."""
