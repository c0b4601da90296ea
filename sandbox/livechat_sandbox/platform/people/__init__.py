"""Agents and customers as they come and go; greetings, and who is kept out."""
