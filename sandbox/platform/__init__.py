"""LiveChat's rules: organizations, chats, routing and everything between, without any I/O."""
