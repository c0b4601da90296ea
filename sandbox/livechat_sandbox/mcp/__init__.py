"""The MCP server: what LiveChat lets AI assistants read. Its door needs the extra `mcp`."""
