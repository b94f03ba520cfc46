"""footfall's query core: questions in, answers out. Knows no terminal toolkit and prints nothing."""
