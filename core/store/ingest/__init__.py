"""From a file's rows to the workspace: events, identity, sets, sessions and the journal."""
