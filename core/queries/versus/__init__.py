"""Questions that compare groups of people: one against another, the variants of an experiment."""
