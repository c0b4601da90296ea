"""Reports API, chats: what customers answered, in forms and to greetings.

Source: Reports API v3.6, "Forms" and "Greetings Conversion".
"""

from collections import Counter
from datetime import datetime
from typing import Any

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Event
from livechat_sandbox.reports_api.chats import SCOPE
from livechat_sandbox.reports_api.span import (
    FORMATS,
    Report,
    borders,
    empty_pieces,
    threads,
    zone,
)
from livechat_sandbox.transports.methods import Caller, method


@method(SCOPE, versions=("3.5", "3.6", "3.7"))
def forms(caller: Caller, payload: Report) -> Payload:
    """How often each form was filled in, and each of its choices was made."""
    filled: dict[tuple[str, int], list[Event]] = {}
    for _, thread in threads(caller.organization, payload):
        for event in thread.events:
            if event.type == "filled_form" and event.content.get("form_id"):
                form = (event.content["form_id"], thread.group_ids[0])
                filled.setdefault(form, []).append(event)
    records = [
        {
            "form_id": form_id,
            "count": len(events),
            "group_id": group_id,
            "fields": fields_of(events),
        }
        for (form_id, group_id), events in filled.items()
    ]
    return {"name": "form-report", "records": records}


def fields_of(events: list[Event]) -> list[Payload]:
    """Those with choices; what was written is no count."""
    labels: dict[str, str] = {}
    counts: dict[str, Counter[tuple[Any, str]]] = {}
    for field in (field for event in events for field in event.content["fields"]):
        chosen = [each for each in answers_of(field) if isinstance(each, dict)]
        if chosen:
            labels[field["id"]] = field.get("label", "")
            made = counts.setdefault(field["id"], Counter())
            made.update((each.get("id"), each.get("label", "")) for each in chosen)
    return [
        {
            "field_id": field_id,
            "label": label,
            "answers": [
                {"answer_id": answer_id, "label": words, "count": count}
                for (answer_id, words), count in counts[field_id].items()
            ],
        }
        for field_id, label in labels.items()
    ]


def answers_of(field: Payload) -> list[Any]:
    """Of a field that takes one answer, or several."""
    return field.get("answers") or [field.get("answer")]


@method(SCOPE)
def greetings_conversion(caller: Caller, payload: Report) -> Payload:
    """Goals are never reached here. `total` is how many chats began with a greeting."""
    organization = caller.organization
    after, before = borders(organization, payload)
    records: dict[str, Payload] = {piece: {} for piece in empty_pieces(organization, payload)}
    style = FORMATS[payload.get("distribution", "day")]
    accepted = 0
    for each in organization.history.greetings:
        if after <= each.at <= before:
            piece = datetime.fromtimestamp(each.at, zone(payload)).strftime(style)
            none = dict.fromkeys(("accepted", "canceled", "displayed", "goals"), 0)
            counts = records.setdefault(piece, {}).setdefault(str(each.greeting_id), none)
            counts[each.outcome] += 1
            accepted += each.outcome == "accepted"
    return {"name": "greetings-conversion-report", "total": accepted, "records": records}
