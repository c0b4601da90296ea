"""The pictures of a page of the documentation, taken by the test that shows what is on them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.sandbox_rig import ROOT

DOCS = ROOT / "docs"


class Pictures:
    """Those of `docs/GUIDE.md`; with TAKE_PICTURES set they are put in its place."""

    def __init__(self, guide: str, elsewhere: Path) -> None:
        self.taken: list[str] = []
        self._guide = guide
        self._folder = (
            DOCS / "images" / guide if os.environ.get("TAKE_PICTURES") else elsewhere / guide
        )
        self._folder.mkdir(exist_ok=True)

    def take(self, name: str, page: Page) -> None:
        """What the guide shows under this name."""
        page.screenshot(path=self._folder / f"{name}.png", animations="disabled")
        self.taken.append(name)

    @property
    def shown(self) -> list[str]:
        """The names of the guide's pictures, in its order."""
        text = (DOCS / f"{self._guide}.md").read_text()
        return re.findall(rf"images/{self._guide}/([\w-]+)\.png", text)


@contextmanager
def pictures_of(guide: str, elsewhere: Path) -> Iterator[Pictures]:
    """Fails at the end unless the guide shows exactly those that were taken, in their order."""
    pictures = Pictures(guide, elsewhere)
    yield pictures
    assert pictures.shown == pictures.taken
