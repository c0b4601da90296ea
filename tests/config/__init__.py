"""The deployment: its server, its demo and its health."""
