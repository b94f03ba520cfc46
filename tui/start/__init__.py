"""What there is before a workspace is open: the dress of applications, and the welcome."""
