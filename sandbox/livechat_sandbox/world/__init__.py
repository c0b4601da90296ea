"""One running sandbox: its organizations, who is connected, what is to go wrong.

Made by whoever starts a server and handed to it. Uses the platform only; knows no HTTP.
"""
