"""The Tell query API: its routes, parameters and the JSON it documents."""
