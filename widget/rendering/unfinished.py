"""Markdown that is still being written, so that what is shown of it stays as it is.

What has begun and not ended (bold, code, a link) is ended here; what nobody can know yet (a table
without its second line, a lone list mark) is left out until it is clear.
"""

import re

from widget.rendering.links import WAYS_OUT

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# A line that will be a list, a quote, a heading, a table, a source, but is not one yet.
MARK = re.compile(r"[\s#>*+|-]*+(?:\d{1,3}+[.)]?+|\[\d{0,3}+\]?+:?+)?+\s*+")
SOURCE = re.compile(r"\[[^\]]++\]:\s*+<?+(\S*+)")
BLOCK = re.compile(r"[*+-]\s|\d{1,3}[.)]\s|#{1,6}\s|\|")
INLINE = re.compile(r"\\.|`++|\*++|_++|\[|\]\(?+|\)", re.DOTALL)
BEFORE = " \t>"  # of what begins a block
EMPTY_ENDS = " \t\n*_`"


def finish(text: str) -> str:
    """The text as if it ended here. Takes as long as the text is."""
    lines = text.split("\n")
    fence = open_fence(lines)
    if fence:
        return "\n".join(lines[:-1] if is_closing(lines[-1], fence[0]) else lines)
    if MARK.fullmatch(lines[-1]) or is_source_to_be(lines[-1]):
        lines.pop()
    if lines and FENCE.match(lines[-1]):
        return "\n".join(lines)  # code has just ended
    if lines:
        lines[-1] = without_half_a_title(lines[-1])
    begins = block_start(lines)
    if is_table_to_be(lines[begins:]):
        return "\n".join(lines[:begins])
    last = line_start(lines, begins)
    return "\n".join([*lines[:last], with_ends("\n".join(lines[last:]))])


def open_fence(lines: list[str]) -> str:
    """What the code that is being written began with, "" outside code."""
    fence = ""
    for line in lines:
        match = FENCE.match(line)
        if not match:
            continue
        if not fence:
            fence = match[1]
        elif is_closing(line, fence[0]) and len(match[1]) >= len(fence):
            fence = ""
    return fence


def is_closing(line: str, mark: str) -> bool:
    return bool(line.strip()) and not line.strip().strip(mark)


def is_source_to_be(line: str) -> bool:
    """Whether its address may yet become one of the web, to mail or to a phone."""
    begun = SOURCE.fullmatch(line)
    if not begun:
        return False
    address = begun[1].lower()
    return any(way.startswith(address) for way in WAYS_OUT)


def without_half_a_title(line: str) -> str:
    """A source in the making, such as `[1]: https://shop.example "Quest`."""
    is_source = line.startswith("[") and "]: " in line and line.count('"') == 1
    return line[: line.index('"')].rstrip() if is_source else line


def block_start(lines: list[str]) -> int:
    """The line behind the last empty one."""
    return next((n + 1 for n in reversed(range(len(lines))) if not lines[n].strip()), 0)


def is_table_to_be(block: list[str]) -> bool:
    """Its first two lines say whether it is one."""
    return len(block) in (1, 2) and block[0].lstrip().startswith("|")


def line_start(lines: list[str], begins: int) -> int:
    """Where the paragraph, list item or row that is being written begins."""
    behind = range(begins, len(lines))
    return next((n for n in reversed(behind) if BLOCK.match(lines[n].lstrip(BEFORE))), begins)


def with_ends(text: str) -> str:
    """What is bold, slanted, code or a link ends, and what has no content yet is left out."""
    text = text.rstrip(EMPTY_ENDS)
    marks: list[str] = []
    links: list[int] = []  # where each begins
    address = 0  # where the address of a link begins
    for match in INLINE.finditer(text):
        mark = match[0]
        if address:
            address = 0 if mark == ")" else address
        elif marks and marks[-1][0] == "`":
            marks[-1:] = [] if mark == marks[-1] else marks[-1:]
        elif mark[0] in "`*_":
            note(mark, text[match.start() - 1 : match.start()], text[match.end() :][:1], marks)
        elif mark == "[":
            links.append(match.start())
        elif links and mark[0] == "]":
            address = match.start() if mark == "](" else 0
            if match.end() < len(text) or address:
                begin = links.pop()
    if address:
        text = text[:begin] + text[begin + 1 : address]
    elif links and not text[links[-1] + 1 :].removesuffix("]").isdecimal():  # of a source
        text = text[: links[-1]] + text[links[-1] + 1 :].removesuffix("]")
    return text.rstrip(EMPTY_ENDS) + "".join(reversed(marks))


def note(mark: str, before: str, after: str, marks: list[str]) -> None:
    """A mark ends what the last one like it began, or begins something itself."""
    if mark in marks[-1:] and before.strip():
        marks.pop()
    elif mark[0] == "`" or (after.strip() and not (mark[0] == "_" and before.isalnum())):
        marks.append(mark)
