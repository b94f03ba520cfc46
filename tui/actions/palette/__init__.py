"""The palette and the help: what is listed, and what a typed text means."""
