"""What people save as files to keep in git, one for each thing, and marks from elsewhere."""
