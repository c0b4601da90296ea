"""Forms: to fill in, asked in a chat, and filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Struct

from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.values import (
    Flag,
    Json,
    Number,
    Text,
    Word,
    each,
    object_of,
    objects_of,
    properties_of,
    read,
    text_of,
)


class FormOption(Struct, frozen=True, kw_only=True):
    id: Word
    label: Text
    checked: Flag = False
    group_id: Number = None

    @classmethod
    def parse(cls, data: Json) -> FormOption:
        return read(cls, data)


class FormField(Struct, frozen=True, kw_only=True):
    """A field to fill in, or one that was filled in (`answers` in words, in order)."""

    id: Word
    type: Text
    label: Text = ""
    required: Flag = False
    options: Annotated[tuple[FormOption, ...], each(FormOption.parse)] = ()
    answers: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Json) -> FormField:
        given = data.get("answers") if "answers" in data else [data.get("answer")]
        return read(cls, data, answers=tuple(_words_of(given)))


def _words_of(answers: object) -> Iterable[str]:
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, dict):
            yield text_of(answer.get("label"))
        elif isinstance(answer, bool):
            yield "✓" if answer else "✗"
        elif isinstance(answer, str | int | float):
            yield str(answer)


class Form(Event, frozen=True, kw_only=True):
    """Asks for answers (`form`) or gives them (`filled_form`).

    `is_answered`: we have seen answers to it; LiveChat does not say. Else it may be answered.
    """

    form_id: Word = ""
    form_type: str = ""
    fields: Annotated[tuple[FormField, ...], each(FormField.parse)] = ()
    is_answered: bool = False

    @classmethod
    def parse(cls, data: Json) -> Form:
        in_properties = properties_of(data.get("properties")).get("lc2", {}).get("form_type")
        form_type = text_of(data.get("form_type")) or text_of(in_properties)
        return read(cls, data, form_type=form_type, is_answered=False)

    @property
    def survey_answer(self) -> str:
        """Its sender's id or LiveChat's, if it answers what is asked after the chat; else ""."""
        is_answer = self.type == "filled_form" and self.form_type == "postchat"
        return self.custom_id or self.id if is_answer else ""


class FormToFill(Struct, frozen=True):
    """A form as the owner drew it in LiveChat."""

    id: str
    fields: tuple[FormField, ...]

    @classmethod
    def parse(cls, data: object) -> FormToFill:
        form = object_of(data)
        fields = objects_of(form.get("fields"))
        numbered = [{"id": str(number), **given} for number, given in enumerate(fields)]
        return cls(str(form.get("id", "")), tuple(map(FormField.parse, numbered)))
