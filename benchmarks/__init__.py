"""footfall beside DuckDB: the same made-up events, the same questions, the same answers."""
