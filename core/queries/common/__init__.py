"""What kinds of question share: the model, selections, groups, buckets and people."""
