"""What machines ask of this process. They come by address, so hosts are not checked, nor TLS."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .health import healthz, readyz
from .metrics import metrics

Probe = Callable[[HttpRequest], HttpResponse]

PROBES: dict[str, Probe] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


def probe_of(path: str) -> Probe | None:
    """What answers here. Some load balancers can ask only for addresses that end in a slash."""
    return PROBES.get(path.removesuffix("/"))


class Probes:
    """Middleware that answers them before all others, which keeps them out of the log, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = probe_of(request.path)
        return probe(request) if probe else self.get_response(request)
