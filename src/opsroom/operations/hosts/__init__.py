"""Keeping up with hosts: what to look at next, and what that may cost."""
