"""Bans: of a customer, of an address, or of both.

Source: Agent Chat API v3.6, "Ban Customer"; Configuration API v3.7, "Customer bans".
"""

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Agent, Ban, Customer, Organization

DAY = 86_400  # seconds
MOST_DAYS = 36_500  # the calendar has an end


def address(organization: Organization, ip: str) -> str:
    """Where LiveChat takes somebody to be: a license may have all addresses look the same."""
    mask: str = organization.properties.get("monitoring", {}).get("ip_mask", "")
    return mask or ip


def active(organization: Organization) -> list[Ban]:
    now = organization.clock.time()
    organization.bans = [each for each in organization.bans if each.expires_at > now]
    return organization.bans


def check(customer: Customer, ip: str) -> None:
    """Raises customer_banned. A ban of a customer hits their address too where rules say so."""
    organization = customer.organization
    here = address(organization, ip)
    for ban in active(organization):
        by_address = bool(ban.ip) and ban.ip == here
        wide = not ban.customer_id or organization.rules.bans_hit_addresses
        if ban.customer_id == customer.id or (by_address and wide):
            raise LiveChatError("customer_banned")


def ban_customer(customer: Customer, seconds: float, agent: Agent, ip: str = "") -> None:
    """Close the customer's chat and connections and refuse them for a while."""
    organization = customer.organization
    chat = organization.chat_of(customer)
    thread_id = chat.last_thread.id if chat and chat.threads else ""
    known = customer.visit.ip if customer.visit else ""
    mask = address(organization, "")
    add(agent, seconds, ip or ("" if known == mask else known), customer.id, thread_id)
    days = seconds / DAY
    if chat and chat.active:
        routing.close_thread(chat, "customer_banned", agent, agent=agent.name, duration=f"{days:g}")
    pushes.to_all_agents(
        organization, "customer_banned", {"customer_id": customer.id, "ban": {"days": days}}
    )
    pushes.evict(organization, customer.id, "customer_banned")


def ban_address(ip: str, seconds: float, agent: Agent) -> None:
    """Refuse whoever comes from there. Raises validation for the license's own mask."""
    organization = agent.organization
    if ip == address(organization, ""):
        raise LiveChatError("validation", "`ip` is the license's own `monitoring.ip_mask`")
    add(agent, seconds, ip, "", "")
    for customer in organization.customers.values():
        if customer.visit and customer.visit.ip == ip:
            pushes.evict(organization, customer.id, "customer_banned")


def add(agent: Agent, seconds: float, ip: str, customer_id: str, thread_id: str) -> None:
    clock = agent.organization.clock
    until = clock.time() + seconds
    ban = Ban(ip, customer_id, agent.id, thread_id, clock.now(), until)
    agent.organization.bans.append(ban)


def lift(organization: Organization, *, ip: str = "", customer_id: str = "") -> None:
    organization.bans = [
        each
        for each in active(organization)
        if not (each.customer_id == customer_id if customer_id else each.ip == ip)
    ]
