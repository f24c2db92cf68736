"""What an agent can be asked: one Markdown prompt a file."""
