"""The Amplitude Dashboard REST API: its routes, parameters and documented JSON."""
