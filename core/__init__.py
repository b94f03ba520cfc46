"""The query core: questions in, answers out. It knows no terminal toolkit and prints nothing."""
