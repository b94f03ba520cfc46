"""The Tell query API: its routes, parameters and documented JSON."""
