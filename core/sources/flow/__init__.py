"""Events on their way from a source to the store: as columns, from another process if need be."""
