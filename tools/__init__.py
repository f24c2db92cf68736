"""What an agent can do: one MCP tool a file."""
