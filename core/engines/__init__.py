"""Where statements run: one folder per engine, one dialect interface between them."""
