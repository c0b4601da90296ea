"""Customer Chat API, greetings: accepted, cancelled, their buttons."""

from typing import TypedDict

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import greetings
from livechat_sandbox.transports.methods import Caller, method


class AcceptGreeting(TypedDict):
    greeting_id: int
    unique_id: str


@method()
def accept_greeting(caller: Caller, payload: AcceptGreeting) -> Payload:
    greetings.accept(caller.customer, payload["greeting_id"], payload["unique_id"])
    return {}


class CancelGreeting(TypedDict):
    unique_id: str


@method()
def cancel_greeting(caller: Caller, payload: CancelGreeting) -> Payload:
    greetings.cancel(caller.customer, payload["unique_id"])
    return {}


class SendGreetingButtonClicked(TypedDict):
    greeting_unique_id: str
    button_id: str


@method(versions=("3.6", "3.7"))
def send_greeting_button_clicked(caller: Caller, payload: SendGreetingButtonClicked) -> Payload:
    greetings.press_button(
        caller.customer,
        payload["greeting_unique_id"],
        payload["button_id"],
    )
    return {}
