"""The migrations of a workspace file to its current tables; core.store.schema runs them."""
