"""The SDK and one tool that does nothing: what any MCP server in Python pays at least."""

from mcp.server import MCPServer

server = MCPServer("bare", version="1")


@server.tool()
async def nothing() -> str:
    """Do nothing."""
    return "done"


if __name__ == "__main__":
    server.run("stdio")
