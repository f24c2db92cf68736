"""The git command line, safe against hostile repositories, and what is read from its files."""
