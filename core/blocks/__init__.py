"""Values of events as packed columns, beside the sets of people (docs/architecture.md)."""
