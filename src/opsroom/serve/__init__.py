"""The ways in: MCP over stdio and HTTP, the page, the event stream."""
