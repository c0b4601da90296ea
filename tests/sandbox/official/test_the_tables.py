"""docs/official-clients.md says what is true."""

from pathlib import Path

import pytest

from .tables import PAGE, javascript_called, javascript_methods, page

LIFE = {"on", "off", "once"}


@pytest.mark.night  # by day test_customer_sdk.py and test_python_sdk.py call the clients
def test_the_tables_are_what_the_clients_and_tests_make_of_them(node_packages: Path) -> None:
    assert PAGE.read_text() == page()


def test_every_method_of_the_javascript_client_is_called(node_packages: Path) -> None:
    assert javascript_methods() - javascript_called() - LIFE == set()
