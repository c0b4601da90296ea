"""One real conversation with LiveChat, step by step: what was found, what it cost, what differs."""
