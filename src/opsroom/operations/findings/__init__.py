"""Findings as people and agents ask for them: searched, grouped, ranked, decided, exchanged."""
