"""What is counted of the browsers' sockets, for whoever watches this process."""

from prometheus_client import Counter, Gauge

sockets = Gauge("chat_sockets", "Browsers' sockets that are open.")
refused = Counter("chat_sockets_refused", "Browsers' sockets refused, by close code.", ["code"])
