"""Commands that keep a workspace fresh."""
