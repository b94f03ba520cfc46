"""The query core: questions in, answers out. Knows no terminal toolkit, prints nothing."""
