"""What bots and agents write in Markdown, as HTML that can do no harm."""

from collections.abc import Sequence
from functools import cache
from html import escape
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from widget.rendering.links import WAYS_OUT, link_addresses

HIGHEST = 1  # the panel's own heading
DEEPEST = 6
ADDRESS = "address"  # a kind of token of ours: text outside links


def link_open(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Links leave the chat alone: they open in a new tab."""
    tokens[index].attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
    return renderer.renderToken(tokens, index, options, env)


def code(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    """With a button that copies it (static/widget/customers/answers.js)."""
    return (
        f'<div class="code"><button type="button" class="copy" data-copied="'
        f'{escape(gettext("Copied"))}">{escape(gettext("Copy"))}</button>'
        f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre></div>\n'
    )


def table_open(
    _renderer: RendererHTML,
    _tokens: Sequence[Token],
    _index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    """One that is wider than its bubble scrolls, by the keyboard too."""
    return '<div class="table" tabindex="0"><table>\n'


def table_close(
    _renderer: RendererHTML,
    _tokens: Sequence[Token],
    _index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    return "</table></div>\n"


def address(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    return link_addresses(tokens[index].content)


def lower_headings(state: StateCore) -> None:
    """Each is at most one level below the panel's or the one before it: no level is left out."""
    level = HIGHEST
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1:]) + HIGHEST, level + 1, DEEPEST)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def name_links(state: StateCore) -> None:
    """A link without words shows its address."""
    for block in state.tokens:
        named: list[Token] = []
        begun = 0
        for token in block.children or []:
            if token.type == "link_open":
                begun = len(named)
            elif token.type == "link_close" and not words_of(named[begun:]):
                address = state.md.normalizeLinkText(str(named[begun].attrs["href"]))
                named[begun + 1 :] = [Token("text", "", 0, content=address)]
            named.append(token)
        block.children = named


def words_of(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens).strip()


def find_addresses(state: StateCore) -> None:
    """Text outside links may hold addresses; links named by a number are sources."""
    env = state.env
    env["sources"] = {}
    for block in state.tokens:
        if align := block.attrs.pop("style", ""):  # no page of ours takes styles in its markup
            block.attrSet("class", str(align).replace("text-align:", "to-"))
        depth, children = 0, block.children or []
        for number, token in enumerate(children):
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type == "text" and not depth:
                token.type = ADDRESS
            if token.type == "link_open" and (name := source_name(children[number : number + 3])):
                children[number + 1].content = f"[{name}]"
                about = str(token.attrs["href"]), str(token.attrs.get("title", ""))
                if about[0].startswith("http"):
                    env["sources"].setdefault(about[0], (int(name), *about))


def source_name(link: Sequence[Token]) -> str:
    """The number of a link such as [2](https://…), "" for any other."""
    if [token.type for token in link] != ["link_open", "text", "link_close"]:
        return ""
    name = link[1].content.strip("[]^ ")
    return name if name.isascii() and name.isdecimal() and len(name) <= 3 else ""


class Answers(MarkdownIt):
    """Links lead to the web, to mail or to a phone; anything else stays text.

    Other schemes start programs of the reader's, and addresses without one lead to our own server.
    """

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return url.lower().startswith(WAYS_OUT)


RENDER_RULES = {
    "link_open": link_open,
    "fence": code,
    "code_block": code,
    "table_open": table_open,
    "table_close": table_close,
    ADDRESS: address,
}


@cache
def commonmark() -> Answers:
    """Pictures have no place in an answer: their hosts would see who reads it. HTML stays text."""
    answers = Answers("commonmark", {"html": False, "breaks": True})
    answers.enable("table").disable(["lheading", "image", "html_block", "html_inline"])
    answers.core.ruler.push("names", name_links)
    answers.core.ruler.push("addresses", find_addresses)
    answers.core.ruler.push("headings", lower_headings)
    for name, rule in RENDER_RULES.items():
        answers.add_render_rule(name, rule)
    return answers


def render_markdown(text: str) -> SafeString:
    """CommonMark and tables as HTML, in the language that is active; its sources as a list below.

    Source: CommonMark 0.31; GitHub Flavored Markdown 0.29, "Tables".
    """
    env: dict[str, dict[str, tuple[int, str, str]]] = {}
    html = commonmark().render(text, env)
    sources = [
        {"number": number, "url": url, "title": title, "host": urlsplit(url).netloc}
        for number, url, title in env["sources"].values()
    ]
    if sources:
        html += render_to_string("widget/rendering/sources.html", {"sources": sources})
    return SafeString(html)
