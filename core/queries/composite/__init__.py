"""Kinds made of other questions: several at once, saved charts, what moved a number."""
