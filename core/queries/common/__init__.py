"""What kinds of question share: the model, selections, groups, slots and people."""
