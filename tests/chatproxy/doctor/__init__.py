"""The examination of a LiveChat, against the sandbox."""
