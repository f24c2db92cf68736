"""What an agent can read: one MCP resource a file."""
