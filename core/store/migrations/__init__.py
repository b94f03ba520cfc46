"""The steps that bring a workspace file to its present tables; core.store.schema runs them."""
