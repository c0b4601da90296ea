"""Who gets a chat."""
