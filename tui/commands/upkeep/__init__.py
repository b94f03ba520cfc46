"""Commands that look after a workspace: checking, copying, and taking out."""
