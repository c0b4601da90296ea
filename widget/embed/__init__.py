"""What runs on other people's websites: the loader, and where it may appear.

May use the models, rendering and statistics; never owners or customers.
"""
