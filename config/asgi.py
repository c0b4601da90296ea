"""The ASGI application: static files, HTTP to Django, the customer's websocket to its consumer."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from config.http import PooledHandler  # noqa: E402
from config.static import with_static_files  # noqa: E402
from widget.asgi import with_chat  # noqa: E402

application = with_chat(ProtocolTypeRouter({"http": with_static_files(PooledHandler())}), path="")
