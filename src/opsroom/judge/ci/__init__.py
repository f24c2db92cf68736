"""Why CI failed: the line of a log that says so, and what is the same about it everywhere."""
