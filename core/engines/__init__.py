"""Where statements run: one file per engine, one dialect between them."""
