"""Kinds of question whose answer is people: lists, segments, audiences, one person."""
