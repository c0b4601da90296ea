"""The panel in which customers chat: its views and socket, who somebody is, limits.

May use the models, rendering and statistics; never owners or embed.
"""
