"""What every import contained and said, and taking an import away again."""
