"""What JSON objects are called here."""

from typing import Any

Payload = dict[str, Any]
Properties = dict[str, dict[str, Any]]  # namespace -> name -> value
