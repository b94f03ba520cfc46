"""Questions as text: read, written, and how their numbers are called."""
