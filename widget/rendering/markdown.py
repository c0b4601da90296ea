"""What bots and agents write in Markdown, as HTML that can do no harm."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict


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


# Headings and pictures have no place in a bubble; HTML stays text.
COMMONMARK = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "image", "html_block", "html_inline"]
)
COMMONMARK.add_render_rule("link_open", link_open)


def render_markdown(text: str) -> SafeString:
    """CommonMark as HTML. Source: CommonMark 0.31; addresses such as javascript: are refused."""
    return SafeString(COMMONMARK.render(text))
