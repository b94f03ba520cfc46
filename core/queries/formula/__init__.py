"""The kind that computes a formula of other figures."""
