"""What stands in a panel: fragments applied as htmx's `upsert` and `partial` apply them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "br", "input", "hr", "meta", "link", "source"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    def everything(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.everything()


class Fragment(HTMLParser):
    """HTML as a tree of elements, without its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()


class Screen:
    """The log of one tab: threads in `#threads`, events in each of them."""

    def __init__(self) -> None:
        self.threads = Element("div", {"id": "threads"})
        self.chat_id = ""
        self.homeless = 0  # fragments whose place was not there

    def apply(self, html: str) -> None:
        for part in Fragment(html).root.children:
            target = part.attributes.get("hx-target", "").removeprefix("#")
            if part.tag == "hx-upsert":
                self._upsert(part, target)
            elif target == "state":
                self.chat_id = part.children[0].attributes.get("data-chat", "")
            elif target.startswith(("event-", "thread-", "threads")):
                self._swap(part, target)

    def _upsert(self, part: Element, target_id: str) -> None:
        target = self._find(target_id)
        if target is None:
            self.homeless += 1
            return
        for element in part.children:
            if element.id and self._replace(element):
                continue
            name = part.attributes.get("key", "id")
            place = len(target.children)
            for number, child in enumerate(target.children):
                if natural(key_of(element, name)) < natural(key_of(child, name)):
                    place = number
                    break
            target.children.insert(place, element)

    def _swap(self, part: Element, target_id: str) -> None:
        target = self._find(target_id)
        if target is None:
            return
        if part.attributes["hx-swap"] == "delete":
            parent = self._parent_of(target_id)
            parent.children.remove(target)
        elif part.attributes["hx-swap"] == "beforeend":
            target.children += part.children

    def _find(self, element_id: str) -> Element | None:
        return next((each for each in self.threads.everything() if each.id == element_id), None)

    def _parent_of(self, element_id: str) -> Element:
        return next(
            each
            for each in self.threads.everything()
            if any(child.id == element_id for child in each.children)
        )

    def _replace(self, element: Element) -> bool:
        if self._find(element.id) is None:
            return False
        siblings = self._parent_of(element.id).children
        siblings[[each.id for each in siblings].index(element.id)] = element
        return True

    @property
    def thread_ids(self) -> list[str]:
        return [thread.id.removeprefix("thread-") for thread in self.threads.children]

    @property
    def event_ids(self) -> list[str]:
        """In the order in which they stand."""
        return [
            event.id.removeprefix("event-")
            for thread in self.threads.children
            for event in thread.children
        ]

    @property
    def last_event_id(self) -> str:
        return (self.event_ids or [""])[-1]


def key_of(element: Element, name: str) -> str:
    return element.attributes.get(name) or element.id


def natural(key: str) -> list[tuple[int, int | str]]:
    """As `localeCompare` with `numeric` orders: digits by their value."""
    pieces = re.findall(r"\d+|\D+", key)
    return [(0, int(piece)) if piece.isdigit() else (1, piece) for piece in pieces]
