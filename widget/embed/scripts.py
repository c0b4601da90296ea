"""The loader's source files as the scripts that travel.

The files are modules, so that editors and `tsc` understand them, in three folders: `loader` runs
once, `life` for each `LiveChatWidget.init()`, `loader_panel` when somebody wants to chat,
`invitations` where a widget has some, `visitors` where they are tracked; the last three bring
`beside`. Each folder travels as one
scope, because the loader has no bytes for its inner borders; so no name may stand twice in a
folder, nor beside one.
"""

from collections.abc import Iterable

from widget.assets import body, made_once, shorten, source

# In the order in which they run.
LOADER = ["tag", "storage", "install", "older_api"]
LIFE = [
    "life",
    "known",
    "language",
    "widget",
    "launcher",
    "events",
    "place",
    "visibility",
    "methods",
]
BESIDE = ["cards"]
INVITATIONS = ["notes", "rules", "begin"]
VISITORS = ["frame", "card", "greeting", "begin"]
PANEL = [
    "limits",
    "frame",
    "launcher",
    "title",
    "page",
    "customer",
    "unread",
    "messages",
    "screen",
    "theme",
    "begin",
]


@made_once
def loader(features: tuple[str, ...] = ()) -> str:
    """A function of the widget's public `settings`, called with SETTINGS.

    `features` are further files of `life`, for those widgets that need them.
    """
    life = f"function start(api){{{scope('life', [*LIFE, *features, 'begin'])}}}"
    inside = scope("loader", LOADER) + life + scope("loader", ["begin"])
    return short(f'(function(settings){{"use strict";{inside}}})(SETTINGS);')


def loader_panel() -> str:
    """A module of its own. PANEL_CSS and BESIDE_CSS are its styles, ORGANIZATION the widget's."""
    inside = scope("beside", BESIDE) + scope("loader_panel", PANEL)
    return short(f"export function openPanel(widget){{{inside}return panel}}")


@made_once
def invitations() -> str:
    """A module of its own. SETTINGS are the widget's, BESIDE_CSS its styles."""
    inside = scope("beside", BESIDE) + scope("invitations", INVITATIONS)
    return short(f"const settings=SETTINGS;export function invite(widget){{{inside}}}")


@made_once
def visitors() -> str:
    """A module of its own. SETTINGS are the widget's, BESIDE_CSS its styles."""
    inside = scope("beside", BESIDE) + scope("visitors", VISITORS)
    return short(
        f"const settings=SETTINGS;export function begin(widget,load){{{inside}return follow}}"
    )


@made_once
def push() -> str:
    """A module of its own. KEY is the widget's."""
    return short(source("widget/embed/push/begin.js"))


def scope(folder: str, names: Iterable[str]) -> str:
    return "".join(body(f"embed/{folder}/{name}.js") for name in names)


def short(script: str) -> str:
    return shorten("text/javascript", script)
