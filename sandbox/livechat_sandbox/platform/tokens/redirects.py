"""Where a browser may be sent back to, as LiveChat compares redirect URIs.

Source: LiveChat's "OAuth authorization", "Redirect URIs".
"""

from urllib.parse import SplitResult, unquote, urlsplit

ANYWHERE = "*"  # the sandbox's own: every page


def is_registered(registered: list[str], wanted: str) -> bool:
    """Scheme and host have to be the same, the registered path is how the path begins."""
    parts = split(wanted)
    if parts is None:
        return False
    return any(each == ANYWHERE or fits(split(each), parts) for each in registered)


def split(uri: str) -> SplitResult | None:
    """The parts of a page's address; None for what no redirect may lead to."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    climbs = ".." in unquote(parts.path).replace("\\", "/").split("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or climbs:
        return None
    return None if "?" in uri or "#" in uri else parts


def fits(registered: SplitResult | None, wanted: SplitResult) -> bool:
    return (
        registered is not None
        and registered.scheme == wanted.scheme
        and registered.netloc.lower() == wanted.netloc.lower()
        and (wanted.path or "/").startswith(registered.path or "/")
    )
