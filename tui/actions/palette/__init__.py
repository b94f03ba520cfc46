"""The palette, the help and the settings: what is listed, and what a typed text means."""
