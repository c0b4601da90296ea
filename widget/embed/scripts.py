"""The loader's source files as the scripts that travel.

The files are modules, so that editors and `tsc` understand them, in folders: `loader` runs
once, `life` for each `LiveChatWidget.init()`, `loader_panel` when somebody wants to chat,
`invitations` where a widget has some, `visitors` where they are tracked; the last three bring
`beside`. `consent` comes with `loader_panel` and `visitors` where the owner asks for it, or when
the website says what its visitor agreed to. Each folder travels as one scope, because the loader
has no bytes for its inner borders; so no name may stand twice in a folder, nor beside one.
"""

from collections.abc import Iterable

from widget.assets import body, made_once, shorten, source

# In the order in which they run.
LOADER = ["tag", "storage", "install", "older_api"]
LIFE = [
    "life",
    "known",
    "language",
    "languages",
    "widget",
    "launcher",
    "events",
    "place",
    "visibility",
    "methods",
    "away_link",
    "away_nothing",
    "ask_consent",
    "invite",
    "track",
    "begin",
]
# Those that travel only where a widget needs them.
FEATURES = {"languages", "away_link", "away_nothing", "ask_consent", "invite", "track"}
BESIDE = ["cards"]
INVITATIONS = ["notes", "rules", "variants", "begin"]
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

    `features` are the FEATURES that this widget needs.
    """
    files = [name for name in LIFE if name not in FEATURES or name in features]
    life = f"function start(api){{{scope('life', files)}}}"
    inside = scope("loader", LOADER) + life + scope("loader", ["begin"])
    return short(f"(function(settings){{{inside}}})(SETTINGS);")


@made_once
def loader_panel(features: tuple[str, ...] = ()) -> str:
    """A module of its own. PANEL_CSS and BESIDE_CSS are its styles, ORGANIZATION the widget's.

    CONSENT is as for `consent`; an older loader keeps what was said to itself.
    """
    inside = scope("beside", BESIDE) + scope("loader_panel", PANEL)
    if "ask_consent" in features:
        inside += "const{said=[]}=widget;"
        inside += scope("consent", ["keep", "set"]) + scope("loader_panel", ["consent"])
    return short(f"export function openPanel(widget){{{inside}return panel}}")


@made_once
def invitations() -> str:
    """A module of its own. SETTINGS are the widget's, BESIDE_CSS its styles."""
    inside = scope("beside", BESIDE) + scope("invitations", INVITATIONS)
    return short(f"const settings=SETTINGS;export function invite(widget){{{inside}}}")


@made_once
def visitors(features: tuple[str, ...] = ()) -> str:
    """A module of its own. SETTINGS are the widget's, BESIDE_CSS its styles."""
    inside = scope("beside", BESIDE) + scope("visitors", VISITORS)
    if "ask_consent" in features:
        inside = scope("consent", ["keep"]) + inside
    once = "if(widget.isTracked)return;widget.isTracked=true;"
    begin = f"export function begin(widget,load,methods){{{once}{inside}}}"
    return short(f"const settings=SETTINGS;{begin}")


@made_once
def consent() -> str:
    """A module of its own. CONSENT is the version of the widget's text that asks.

    An older loader says as its second word what it was told.
    """
    inside = scope("consent", ["keep", "set"])
    return short(f"export function set(widget,said=widget.said){{{inside}heedAll()}}")


@made_once
def push() -> str:
    """A module of its own. KEY is the widget's."""
    return short(source("widget/embed/push/begin.js"))


def scope(folder: str, names: Iterable[str]) -> str:
    return "".join(body(f"embed/{folder}/{name}.js") for name in names)


def short(script: str) -> str:
    return shorten("text/javascript", script)
