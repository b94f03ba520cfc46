"""Sentences of any order of words: what they name, and which questions that makes."""
