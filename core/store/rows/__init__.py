"""The events of a batch as numbers, and which of their moments are stored already."""
