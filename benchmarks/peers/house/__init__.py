"""ClickHouse, inside a process: its tables, and its statements by the names of the questions."""
