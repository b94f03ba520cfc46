"""Questions answered by ClickHouse."""
