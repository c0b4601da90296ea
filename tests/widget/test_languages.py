"""Every language is complete, and the right one is chosen."""

import ast
import datetime as dt
import gettext
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import brotli
import django
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from chatproxy.livechat.errors import CustomerBanned
from chatproxy.livechat.structures import SystemMessage
from tests.widget.visitor import Visitor
from widget.models import Widget
from widget.rendering.locale import Locale
from widget.rendering.system_messages import sentence_of

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
TRANSLATED = [code for code in LANGUAGES if code != "en"]
RIGHT_TO_LEFT = {"ar", "he"}
LOADER_BUDGET = 4000  # bytes
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|\{\w+\}|%")
LABEL = re.compile(
    r'(?:\b(?:aria-label|title|alt|data-\w*ed)|type="submit"[^>]* value)="([^"]*[A-Za-z][^"]*)"'
)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')

each_translation = pytest.mark.parametrize("code", TRANSLATED)
each_language = pytest.mark.parametrize("code", LANGUAGES)


class Entry(NamedTuple):
    """One text of a catalog; `forms` has several translations where numbers matter."""

    context: str
    text: str
    plural: str
    forms: tuple[str, ...]
    is_fuzzy: bool


def catalog(code: str, base: Path = ROOT / "locale") -> Path:
    """Without its ending."""
    return base / translation.to_locale(code) / "LC_MESSAGES" / "django"


def entries(code: str) -> list[Entry]:
    """What the .po file says, its header left out."""
    blocks = catalog(code).with_suffix(".po").read_text().split("\n\n")
    return [entry for entry in map(entry_of, blocks) if entry.text]


def entry_of(block: str) -> Entry:
    values: dict[str, str] = {}
    keyword = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        keyword = line.partition(" ")[0] if not line.startswith('"') else keyword
        values[keyword] = values.get(keyword, "") + "".join(STRING.findall(line))
    read = {name: ast.literal_eval(f'"{value}"') for name, value in values.items()}
    return Entry(
        context=read.get("msgctxt", ""),
        text=read["msgid"],
        plural=read.get("msgid_plural", ""),
        forms=tuple(text for name, text in read.items() if name.startswith("msgstr")),
        is_fuzzy=bool(re.search("^#,.*fuzzy", block, re.MULTILINE)),
    )


def compiled(code: str, base: Path = ROOT / "locale") -> gettext.GNUTranslations:
    with catalog(code, base).with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def templates() -> list[Path]:
    """Those that customers and owners see."""
    found = [path for room in ("widget", "admin") for path in (TEMPLATES / room).rglob("*.html")]
    return [path for path in found if not {"demo", "gallery"} & set(path.parts)]


def texts_in_templates() -> Iterator[str]:
    for path in templates():
        for call in re.findall(r"\b(?:n?gettext|_)\((.*?)\)\s", templatize(path.read_text()) + " "):
            found = ast.parse(f"f({call})", mode="eval").body
            assert isinstance(found, ast.Call)
            yield str(ast.literal_eval(found.args[0]))


def texts_in_python() -> Iterator[str]:
    for path in [*(ROOT / "widget").rglob("*.py"), *(ROOT / "chatproxy").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
                place = 1 if "pgettext" in ast.unparse(node.func) else 0
                yield str(ast.literal_eval(node.args[place]))


# ---- the catalogs


def test_every_text_in_the_sources_is_in_the_catalogs() -> None:
    marked = {*texts_in_templates(), *texts_in_python()}
    assert len(marked) > 100
    assert marked - {entry.text for entry in entries("de")} == set()


def test_no_words_stand_in_a_template_unmarked() -> None:
    hidden = re.compile(
        r"\{% blocktranslate.*?endblocktranslate %\}"
        r"|\{% block (?:(?:body)?class|data) %\}.*?\{% endblock %\}"
        r"|\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|&\w+;",
        re.DOTALL,
    )
    for path in templates():
        source = hidden.sub("", path.read_text())
        named = LABEL.findall(source)
        shown = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", "", source))
        assert (named, shown) == ([], []), path


@each_translation
def test_every_language_has_every_text(code: str) -> None:
    assert {entry[:3] for entry in entries(code)} == {entry[:3] for entry in entries("de")}
    assert [entry.text for entry in entries(code) if entry.is_fuzzy or not all(entry.forms)] == []


@each_translation
def test_every_translation_keeps_its_placeholders(code: str) -> None:
    for entry in entries(code):
        expected = sorted(PLACEHOLDER.findall(entry.plural or entry.text))
        *numbered, last = (sorted(PLACEHOLDER.findall(form)) for form in entry.forms)
        assert last == expected, entry
        for found in numbered:  # "one minute" may do without the number
            assert set(found) <= set(expected), entry
            assert len(found) >= len(expected) - 1, entry


@each_translation
def test_no_translation_ends_the_attribute_it_stands_in(code: str) -> None:
    unsafe = [form for entry in entries(code) for form in entry.forms if '"' in form]
    assert len(unsafe) == sum('"' in entry.text for entry in entries(code)) > 0


@each_translation
def test_every_language_counts_as_django_does(code: str) -> None:
    rule = compiled(code).info()["plural-forms"]
    django_base = Path(django.__file__).parent / "conf" / "locale"
    assert rule == compiled(code, django_base).info()["plural-forms"]
    forms = int(rule.partition("nplurals=")[2][0])
    assert {len(entry.forms) for entry in entries(code) if entry.plural} == {forms}


@each_translation
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    binary = compiled(code)
    for context, text, plural, forms, _is_fuzzy in entries(code):
        if plural:
            assert {binary.ngettext(text, plural, number) for number in range(200)} <= {*forms}
        else:
            found = binary.pgettext(context, text) if context else binary.gettext(text)
            assert (found,) == forms
    (strings,) = struct.unpack("<I", catalog(code).with_suffix(".mo").read_bytes()[8:12])
    assert strings == len(entries(code)) + 1  # and the header


def test_french_punctuation_never_begins_a_line() -> None:
    texts = [form for entry in entries("fr") for form in entry.forms]
    assert [text for text in texts if re.search(r" [?!:;»]|« ", text)] == []


# ---- what is made of them


def test_hebrew_has_its_own_sign_in_loan_words() -> None:
    """The chat is צ׳אט on every page, never with an apostrophe."""
    text = (ROOT / "locale/he/LC_MESSAGES/django.po").read_text()
    assert re.findall("[א-ת]+'[א-ת]+", text) == []


@pytest.mark.parametrize(
    ("code", "time", "day"),
    [
        ("en", "3:09 PM", "Friday, November 21"),
        ("de", "15:09", "Freitag, 21. November"),
        ("fr", "15:09", "vendredi 21 novembre"),
        ("es", "15:09", "viernes, 21 de noviembre"),
        ("it", "15:09", "Venerdì 21/11"),
        ("pt", "15:09", "Sexta-feira, 21/11"),
        ("nl", "15:09", "vrijdag 21 november"),
        ("pl", "15:09", "Piątek, 21 listopada"),
        ("tr", "15:09", "21 Kasım Cuma"),
        ("ar", "3:09 م", "الجمعة، 21 نوفمبر"),
        ("he", "15:09", "יום שישי, 21 בנובמבר"),
        ("ja", "15:09", "11月21日 金曜日"),
        ("zh-hans", "15:09", "11月21日 星期五"),
    ],
)
def test_times_and_days_are_written_as_the_language_does(code: str, time: str, day: str) -> None:
    moment = dt.datetime(2025, 11, 21, 15, 9, tzinfo=dt.UTC)
    locale = Locale(code)
    assert (locale.time(moment), locale.day(moment)) == (time, day)


@pytest.mark.parametrize(
    ("created_at", "time"),
    [
        ("2026-03-29T00:59:59.999999Z", "01:59"),
        ("2026-03-29T01:00:00.000000Z", "03:00"),  # summer began
        ("2026-03-29T01:00:59.000000Z", "03:00"),
        ("2026-03-29T01:00Z", "03:00"),
        ("2026-03-29T06:45:00+05:45", "03:00"),
        ("2016-12-31T23:59:60.000000Z", "00:59"),  # a leap second
        ("", ""),
        ("Z", ""),
        ("one of these days, at noonZ", ""),
    ],
)
def test_livechats_times_are_told_on_the_readers_clock(created_at: str, time: str) -> None:
    assert Locale("de", "Europe/Berlin").written(created_at)[0] == time


def spoken(code: str, kind: str, **variables: str) -> str:
    """A system message in this language."""
    event = SystemMessage(
        id="", type="system_message", system_message_type=kind, text_vars=variables, text="?"
    )
    with translation.override(code):
        return sentence_of(event)


@each_language
def test_a_system_message_names_who_it_is_about(code: str) -> None:
    sentence = spoken(code, "routing.assigned_other", agent_added="Ana", agent_removed="Bo")
    assert "Ana" in sentence
    assert "Bo" in sentence


@pytest.mark.parametrize(
    ("code", "minutes", "sentence"),
    [
        ("en", "1", "Nobody has written for 1 minute"),
        ("en", "15", "Nobody has written for 15 minutes"),
        ("pl", "1", "Od 1 minuty nikt nie napisał"),
        ("pl", "22", "Od 22 minut nikt nie napisał"),
        ("ar", "2", "لم يكتب أحد منذ دقيقتين"),
        ("ar", "5", "لم يكتب أحد منذ 5 دقائق"),
        ("ja", "5", "5分間メッセージがありません"),
    ],
)
def test_minutes_are_counted_as_the_language_does(code: str, minutes: str, sentence: str) -> None:
    assert spoken(code, "routing.idle", duration=minutes) == sentence


def test_a_duration_that_is_no_number_leaves_livechats_own_words() -> None:
    assert spoken("de", "routing.idle", duration="a while") == "?"


def test_what_livechat_refuses_is_explained_in_the_customers_language() -> None:
    with translation.override("de"):
        assert str(CustomerBanned.advice) == "Sie können hier im Moment nicht chatten."


# ---- what the server answers


@pytest.fixture
def multilingual(db: None) -> Widget:
    """A widget of a Dutch shop, which has words of its own in two languages."""
    return Widget.objects.create(
        key="shop",
        name="Shop",
        organization_id="a",
        default_language="nl",
        launcher_label="Vragen?",
        texts={"de": {"header_title": "Grüß Gott", "launcher_label": "Fragen?"}},
    )


@pytest.mark.parametrize(
    ("page", "browser", "language"),
    [
        ("fr", "de", "fr"),
        ("pt-BR", "de", "pt"),
        ("zh-CN", "de", "zh-hans"),
        ("pt_BR", "de", "pt"),
        ("iw", "de", "he"),
        ("sv", "de", "de"),
        ("", "sv, it;q=0.8", "it"),
        ("", "sv", "nl"),
        ("sv", "*", "nl"),
        ("", "", "nl"),
    ],
)
def test_the_page_chooses_then_the_browser_then_the_owner(
    client: Client, multilingual: Widget, page: str, browser: str, language: str
) -> None:
    for path in ("", "plain/"):
        address = f"/w/shop/{path}" + f"?lang={page}" * bool(page)
        html = client.get(address, headers={"Accept-Language": browser}).content.decode()
        assert f'<html lang="{language}"' in html


def test_a_cache_keeps_the_panels_languages_apart(client: Client, multilingual: Widget) -> None:
    assert "Accept-Language" in client.get("/w/shop/")["Vary"]
    assert "Accept-Language" in client.get("/w/shop/embed.js")["Vary"]


@each_language
def test_the_panel_is_written_in_the_languages_direction(
    client: Client, multilingual: Widget, code: str
) -> None:
    html = client.get(f"/w/shop/?lang={code}").content.decode()
    direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
    assert f'<html lang="{code}" dir="{direction}"' in html
    with translation.override(code):
        assert translation.gettext("Write a message…") in html


@each_language
def test_the_loader_fits_its_budget_in_every_language(
    client: Client, multilingual: Widget, code: str
) -> None:
    multilingual.texts = {}
    multilingual.save()
    wishes = {"Accept-Language": code, "Accept-Encoding": "br"}
    packed = client.get("/w/shop/embed.js", headers=wishes).content
    assert len(packed) <= LOADER_BUDGET
    with translation.override(code):
        assert translation.gettext("Open chat") in brotli.decompress(packed).decode()


def test_the_owners_words_stand_for_ours(client: Client, multilingual: Widget) -> None:
    german = client.get("/w/shop/?lang=de").content.decode()
    assert "<h1>Grüß Gott</h1>" in german
    assert "Chatten Sie mit uns" not in german
    launcher = client.get("/w/shop/embed.js", headers={"Accept-Language": "de"}).content.decode()
    assert '"label":"Fragen?"' in launcher


def test_a_refusal_is_in_the_language_of_the_panel(customer: Visitor) -> None:
    answer = customer.ask(
        "post", "events", {"text": "", "custom_id": "12345678"}, **{"X-Chat-Language": "fr"}
    )
    words = "Écrivez d’abord un message.<span data-final hidden></span>"
    assert answer.content.decode().strip() == words
