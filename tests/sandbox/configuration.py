"""The owner of the organization, over the Configuration API."""

from typing import Any

from tests.sandbox_rig import REQUEST_LIMIT, Sandbox, answer_of


class Owner:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client_id: str = sandbox.config["client_id"]
        self.authorization = f"Basic {sandbox.config['agents'][0]['basic']}"

    def call(self, action: str, /, version: str = "3.6", **parameters: Any) -> Any:
        """Call any action of the Configuration API. Raises Refused."""
        return answer_of(
            self.sandbox.http.post(
                f"{self.sandbox.url}/v{version}/configuration/action/{action}",
                json=parameters,
                headers={"Authorization": self.authorization},
                timeout=REQUEST_LIMIT,
            )
        )
