"""The Amplitude Dashboard REST API: its routes, parameters and the JSON it documents."""
