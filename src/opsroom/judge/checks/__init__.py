"""The checks on a clone: one rule a file; the id of a rule is the name of its file."""
