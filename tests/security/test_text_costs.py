"""No text costs more than its length: every expression and every parser, timed on hostile texts.

Processor time, compared with a floor taken in the same run, so that a busy machine changes
nothing. What is cheap beside the floor passes at once; of the rest, four times the text may cost
about four times as much. (What is square costs sixteen times.) By day every seventh text is
tried: seven shares no divisor with the numbers of characters, beginnings and endings, so that each
has its turn. At night all are.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jwt
import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from chatproxy.livechat.pushes import parse_push
from chatproxy.livechat.structures import FormField, Message, SystemMessage, parse_event
from widget.assets import best_encoding
from widget.customers import consumers, identities, security, visits
from widget.customers.chat_forms import ChatForm
from widget.customers.photos import without_metadata
from widget.customers.photos.pieces import Damaged
from widget.customers.views import (
    conversation,
    customers,
    events,
    files,
    greetings,
    rating,
    rich_messages,
)
from widget.embed import pages
from widget.languages import nearest_language
from widget.networks import networks_of
from widget.options import validators
from widget.options.hours import spans_of
from widget.options.origins import clean_origin, is_own, matches
from widget.rendering.emoji import is_few_emoji
from widget.rendering.encoding import storable
from widget.rendering.events import text_of
from widget.rendering.links import link_addresses
from widget.rendering.locale import Locale
from widget.rendering.markdown import render_markdown
from widget.rendering.system_messages import sentence_of
from widget.rendering.unfinished import finish

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [
    path for room in ("widget", "chatproxy", "config") for path in (ROOT / room).rglob("*.py")
]
JAVASCRIPT = sorted((ROOT / "static" / "widget").rglob("*.js"))
IN_JAVASCRIPT = re.compile(
    r"(?<=[(=,:!&|? ])/((?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n\[])+)/[dgimsuvy]*(?=[.,;) ])"
)

LENGTH = 4096  # characters, and four times as many
CHEAP = 60  # times the floor
STEEPEST = 9  # 4 is a straight line, 16 a square
STEPS = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.night)])

CHARACTERS = "aA0 \n\t.,-_+*@:/#?&=%<>[](){}!`~\\\"'é谢\x00\u0660"
BEGINNINGS = ("", "a", "aaa", "www.", "a@", "a.", "https://", "https://a/", "/a", "#chat-draft=")
ENDINGS = ("", "\x00", "!")


def hostile(length: int) -> Iterator[str]:
    """Every pair of characters again and again, and each alone behind what an address needs."""
    for first, second in itertools.product(CHARACTERS, repeat=2):
        yield (first + second) * (length // 2) + "\x01"
    for beginning, unit, ending in itertools.product(BEGINNINGS, CHARACTERS, ENDINGS):
        yield beginning + unit * length + ending


Texts = Callable[[int], Iterator[str]]
Use = Callable[[str], object]


def seconds(work: Use, text: str) -> float:
    """Processor time of this thread."""
    began = time.thread_time()
    work(text)
    return time.thread_time() - began


def fastest(work: Use, text: str) -> float:
    return min(seconds(work, text) for _ in range(3))


@pytest.fixture(scope="module")
def floor() -> float:
    """What one pass over a text takes, letter by letter."""
    scan = re.compile(r"[a-z]|.")
    return max(fastest(scan.findall, "ab" * (LENGTH // 2)), 1e-5)


def costly_texts(
    work: Use, floor: float, step: int, texts: Texts = hostile, length: int = LENGTH
) -> list[str]:
    """Beginnings of the texts that cost more than their length, of every `step`th."""
    found = []
    pairs = zip(texts(length), texts(4 * length), strict=True)
    for short, long in itertools.islice(pairs, 0, None, step):
        took = seconds(work, short)
        if took < CHEAP * floor * length / LENGTH or seconds(work, long) < STEEPEST * took:
            continue
        if fastest(work, long) > STEEPEST * fastest(work, short):
            found.append(short[:20])
            if len(found) == 3:  # enough to see what it is
                break
    return found


# Every regular expression


def look_for(expression: re.Pattern[Any]) -> Use:
    """From every place in the text."""

    def look(text: str) -> None:
        for _match in expression.finditer(subject_for(expression, text)):
            pass

    return look


def match_whole(expression: re.Pattern[Any]) -> Use:
    return lambda text: expression.fullmatch(subject_for(expression, text))


def subject_for(expression: re.Pattern[Any], text: str) -> Any:
    return text if isinstance(expression.pattern, str) else text.encode()


class Expressions(ast.NodeVisitor):
    """The expressions of one module, by line. One that is put together is asked of the module."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        self.source = path.read_text()
        self.found: dict[str, Use] = {}
        self.visit(ast.parse(self.source))

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Call) and is_expression(node.value):
            [target] = node.targets
            assert isinstance(target, ast.Name), f"{self.name}:{node.lineno}: name it"
            made = getattr(import_module(self.name), target.id, None)
            if isinstance(made, re.Pattern):
                is_whole = self.uses_of(target.id) == {"fullmatch"}
                self.found[f"{self.name}:{node.lineno}"] = (
                    match_whole(made) if is_whole else look_for(made)
                )
                return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if is_expression(node):
            pattern = node.args[0]
            is_written = isinstance(pattern, ast.Constant) and isinstance(pattern.value, str)
            assert is_written, f"{self.name}:{node.lineno}: name it"
            is_whole = isinstance(node.func, ast.Attribute) and node.func.attr == "fullmatch"
            made = re.compile(ast.literal_eval(pattern))
            self.found[f"{self.name}:{node.lineno}"] = (
                match_whole(made) if is_whole else look_for(made)
            )
        self.generic_visit(node)

    def uses_of(self, name: str) -> set[str]:
        """The methods that the module calls on its expression of this name."""
        return set(re.findall(rf"\b{name}\.(\w+)\(", self.source))


def is_expression(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            return name != "escape"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in ("RegexField", "RegexValidator", "re_path", "_lazy_re_compile")
    return False


def in_python() -> dict[str, Use]:
    found: dict[str, Use] = {}
    for path in PYTHON:
        source = path.read_text()
        if re.search(r"\bre\.|[Rr]egex|re_path", source):
            found |= Expressions(path).found
    return found


def in_javascript() -> dict[str, Use]:
    """What the panel and the loader use is written alike in Python."""
    return {
        f"{path.relative_to(ROOT)}: {match[1]}": look_for(re.compile(match[1]))
        for path in JAVASCRIPT
        for match in IN_JAVASCRIPT.finditer(path.read_text())
    }


EXPRESSIONS = in_python() | in_javascript()


def test_the_expressions_are_found() -> None:
    names = " ".join(EXPRESSIONS)
    assert len(EXPRESSIONS) > 15
    for known in ("rendering.links", "validators", "hours", "origins", "begin.js: ^#chat-draft"):
        assert known in names


@pytest.mark.parametrize("name", EXPRESSIONS)
@STEPS
def test_no_expression_costs_more_than_the_text_is_long(name: str, step: int, floor: float) -> None:
    assert not costly_texts(EXPRESSIONS[name], floor, step)


@STEPS
def test_nor_does_one_that_is_made_of_what_an_owner_wrote(step: int, floor: float) -> None:
    stars = ["/a*" * 40, "/" + "*" * 199, "*a*a*a*a*a*a*b"]
    for written in (pages.pattern(stars, []), pages.pattern([], stars)):
        assert not costly_texts(look_for(re.compile(written)), floor, step)


@pytest.mark.parametrize("square", [r"\s+$", pytest.param(r"\d+x", marks=pytest.mark.night)])
def test_one_that_does_would_be_noticed_by_day(square: str) -> None:
    """With shorter texts, for they take long, and a lower floor for these."""
    assert costly_texts(look_for(re.compile(square)), 1e-5, 7, length=LENGTH // 4)


# Every parser of what strangers write

SECRET = "s" * 32


def filled_in(form: type[forms.Form]) -> Use:
    """The text in every field at once."""
    names = list(form.base_fields)

    def fill_in(text: str) -> object:
        upload = SimpleUploadedFile(f"a{text.replace('/', '')}", b"x")
        return form(dict.fromkeys(names, text), MultiValueDict({"file": [upload]})).is_valid()

    return fill_in


def questions(text: str) -> object:
    kinds = ("name", "email", "question", "textarea", "radio", "select", "checkbox")
    fields = [FormField(id=kind, type=kind, label=text, required=True) for kind in kinds]
    return ChatForm(fields, dict.fromkeys(kinds, text)).is_valid()


def refused(check: Callable[[Any], object]) -> Use:
    def try_it(text: str) -> None:
        try:
            check(text)
        except (ValidationError, ValueError, LookupError, identities.IdentityRefused):
            return

    return try_it


def request(text: str) -> Any:
    visible = text.encode("ascii", "replace").decode().translate(dict.fromkeys(range(32), "?"))
    names = ("Authorization", "Origin", "Accept-Language", "X-Chat-Language", "X-Chat-Group")
    return RequestFactory().get("/", headers=dict.fromkeys(names, visible))


def push(text: str) -> object:
    event = {"id": text, "type": "message", "text": text, "created_at": text, "author_id": text}
    return parse_push("incoming_event", {"chat_id": text, "thread_id": text, "event": event})


def structures(text: str) -> None:
    image = {"url": text, "width": text}
    element = {"title": text, "image": image, "buttons": [{"text": text, "value": text}]}
    fields = [{"id": text, "type": text, "answers": [text]}]
    for kind in ("rich_message", "form", "file", "system_message"):
        parse_event(
            {"type": kind, "elements": [element], "fields": fields, "url": text, "text": text}
        )


def system_message(text: str) -> object:
    known = {"system_message_type": "transcript_sent", "text_vars": {"email": text}}
    event = parse_event({"type": "system_message", "text": text} | known)
    assert isinstance(event, SystemMessage)
    return sentence_of(event)


def message(text: str) -> object:
    return text_of(Message(text=text), Locale())


def photo(beginning: bytes) -> Use:
    def clean(text: str) -> None:
        with contextlib.suppress(Damaged):
            without_metadata(beginning + text.encode())

    return clean


PARSERS: dict[str, Use] = {
    "links": link_addresses,
    "emoji": is_few_emoji,
    "a message": message,
    "a system message": system_message,
    "a push": push,
    "structures": structures,
    "text to store": storable,
    "opening hours": refused(spans_of),
    "an origin": refused(clean_origin),
    "our origin": lambda text: is_own(text, text),
    "a website": refused(lambda text: matches(text, [f"https://*.{text}"])),
    "a language": nearest_language,
    "a reader": lambda text: Locale.of(text, text),
    "a time": lambda text: Locale("en", "UTC").written(text),
    "a token": lambda text: security.bearer_of(request(text)),
    "an identity": refused(lambda text: identities.verify(text, SECRET)),
    "a signed identity": refused(
        lambda text: identities.verify(jwt.encode({"sub": text, "exp": 1}, SECRET), SECRET)
    ),
    "a network": lambda text: list(networks_of(text)),
    "encodings": best_encoding,
    "a frame": consumers.parse_frame,
    "a frame of JSON": lambda text: consumers.parse_frame(json.dumps({text: text})),
    "a visit": lambda text: visits.visit_of({"url": text, "title": text}, text),
    "a chat form": questions,
    "a JPEG": photo(b"\xff\xd8\xff\xda\0\2"),
    "a PNG": photo(b"\x89PNG\r\n\x1a\n"),
    "a WebP": photo(b"RIFF\0\x10\0\0WEBP"),
    "a HEIC": photo(b"\0\0\0\x0cftypheic"),
} | {
    form.__name__: filled_in(form)
    for module in (conversation, customers, events, files, greetings, rating, rich_messages)
    for _, form in inspect.getmembers(module, inspect.isclass)
    if issubclass(form, forms.Form) and form.__module__ == module.__name__
}
PARSERS |= {
    name: refused(check)
    for name, check in inspect.getmembers(validators, inspect.isfunction)
    if name.startswith("validate_")
}


@pytest.mark.parametrize("name", PARSERS)
@STEPS
def test_no_parser_costs_more_than_the_text_is_long(name: str, step: int, floor: float) -> None:
    assert not costly_texts(PARSERS[name], floor, step)


def hostile_markdown(length: int) -> Iterator[str]:
    for first, second in itertools.product("a \n\t[](*_`<>!&\\-+#1.|:", repeat=2):
        yield (first + second) * (length // 2)
        yield f"{first} {second}a" * (length // 4)


@STEPS
def test_nor_does_markdown(step: int, floor: float) -> None:
    assert not costly_texts(render_markdown, floor, step, hostile_markdown, 256)


@STEPS
def test_nor_does_markdown_that_is_being_written(step: int, floor: float) -> None:
    assert not costly_texts(finish, floor, step)


NESTED = ("[", "{", '{"a":', "[[", '[{"', "-", "1", "1e", '"\\ud83d', "\\u0000")


@pytest.mark.parametrize("unit", NESTED)
def test_no_json_is_too_deep_or_its_numbers_too_long(unit: str) -> None:
    text = unit * 16_000
    assert consumers.parse_frame(text[: consumers.MESSAGE_LIMIT]) == {}
    assert not customers.DetailsForm({"session": text}).is_valid()
