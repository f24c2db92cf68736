"""CI of the demo: what a build does, how long it takes, and what it prints, decided by a seed."""
