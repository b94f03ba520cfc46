"""What a workspace with a copy elsewhere remembers: where, how far, and what changed since."""
