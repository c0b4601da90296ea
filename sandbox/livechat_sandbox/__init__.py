"""A local LiveChat to develop and test against.

platform/           LiveChat's rules, without any I/O
world/              one running sandbox: its state, who is connected, what goes wrong
transports/         HTTP and websockets: bytes in, a method called, bytes out
accounts/  customer_api/  agent_api/  configuration_api/    LiveChat's own addresses
webhooks/           what apps are sent
console/            the page on which a person plays the agent
control/            what LiveChat does not have: reset, faults, clock, settings
"""

__version__ = "0.1.0"
