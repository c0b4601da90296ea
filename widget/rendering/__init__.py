"""LiveChat's pushes and events as HTML, each rendered once for all tabs alike.

May use the models and what is beside them; no other room.
"""
