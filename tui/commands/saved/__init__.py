"""Commands about what is saved in a workspace, and what these commands share."""
