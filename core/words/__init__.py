"""The words of the question language."""
