"""The Customer Chat API over Web and RTM. Its methods unpack, call the platform, pack."""
