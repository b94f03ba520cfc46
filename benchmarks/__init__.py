"""footfall compared with DuckDB: the same generated events, questions and answers."""
