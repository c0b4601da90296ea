"""What an owner can set about a widget: how it is written, what is allowed, and what it means.

May use the modules beside it; no model and no room.
"""
