"""Where repositories come from: one kind of source a file."""
