"""What people save as files to keep in git, marks from elsewhere, and writing files whole."""
