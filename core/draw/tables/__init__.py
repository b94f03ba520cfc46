"""Pictures of what a table says, drawn below its rows."""
