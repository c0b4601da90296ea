"""The deployment: settings, URLs and the ASGI application."""
