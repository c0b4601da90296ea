"""Customer Chat API, groups: who is there, forms and welcome messages."""

from typing import Literal, NotRequired, TypedDict

from livechat_sandbox.platform import widget_configuration
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import greetings
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.shapes import customer_view
from livechat_sandbox.transports.methods import Caller, method


class ListGroupStatuses(TypedDict):
    all: NotRequired[bool]
    group_ids: NotRequired[list[int]]


@method()
def list_group_statuses(caller: Caller, payload: ListGroupStatuses) -> Payload:
    organization = caller.organization
    if payload.get("all"):
        wanted = list(organization.groups)
    elif "group_ids" in payload:
        wanted = [each for each in payload["group_ids"] if each in organization.groups]
    else:
        raise LiveChatError("validation", "`all` or `group_ids` is required")
    statuses = {str(each): routing.group_status(organization, each) for each in wanted}
    return {"groups_status": statuses}


def logged_in_group(caller: Caller, payload: Parameters) -> int:
    """The group asked for, of a customer who has to be logged in over RTM."""
    if not caller.customer.connections:
        raise LiveChatError("authorization", "The customer is not logged in")
    group_id: int = payload.get("group_id", caller.customer.group_id)
    return group_id


class GetPredictedAgent(TypedDict):
    group_id: NotRequired[int]


@method(versions=("3.5", "3.6"))
def get_predicted_agent(caller: Caller, payload: GetPredictedAgent) -> Payload:
    group_id = logged_in_group(caller, payload)
    agent, queued = routing.predict_agent(caller.organization, group_id)
    return {"agent": customer_view.predicted_agent(agent), "queue": queued}


class RequestWelcomeMessage(TypedDict):
    id: NotRequired[str]
    group_id: NotRequired[int]


@method(versions=("3.6", "3.7"))
def request_welcome_message(caller: Caller, payload: RequestWelcomeMessage) -> Payload:
    group_id = logged_in_group(caller, payload)
    return greetings.request_welcome_message(caller.customer, group_id, payload.get("id"))


class GetForm(TypedDict):
    group_id: int
    type: Literal["prechat", "postchat", "ticket"]


@method()
def get_form(caller: Caller, payload: GetForm) -> Payload:
    return widget_configuration.get_form(caller.organization, payload["group_id"], payload["type"])
