"""The index of advisories: a file of its own; what is in it can be fetched again."""
