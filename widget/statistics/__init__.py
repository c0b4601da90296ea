"""What happened, counted without a word of what was said, and the figures an owner reads.

May use the models and rendering; no other room.
"""
