"""An event after a push that says which of its properties changed."""

from __future__ import annotations

from msgspec.structs import replace

from chatproxy.livechat.pushes import PropertiesDeleted, PropertiesUpdated
from chatproxy.livechat.structures import Event, Properties


def with_properties(known: Event, push: PropertiesUpdated | PropertiesDeleted) -> Event:
    """As it is now."""
    if isinstance(push, PropertiesUpdated):
        return replace(known, properties=merge(known.properties, push.properties))
    return replace(known, properties=without(known.properties, push.properties))


def merge(known: Properties, changes: Properties) -> Properties:
    """The push holds only what changed."""
    changed = {name: values for name, values in changes.items() if isinstance(values, dict)}
    return known | {name: known.get(name, {}) | values for name, values in changed.items()}


def without(known: Properties, names: dict[str, list[str]]) -> Properties:
    """The push lists what is gone; a namespace may become empty."""
    gone = {
        (namespace, name)
        for namespace, listed in names.items()
        if isinstance(listed, list)
        for name in listed
        if isinstance(name, str)
    }
    return {
        namespace: {name: value for name, value in values.items() if (namespace, name) not in gone}
        for namespace, values in known.items()
    }
