"""Fixtures for tests of the deployment: the panel's visitors serve here as well."""

from tests.widget.conftest import add_widget, customer, shop_widget, visitor

__all__ = ["add_widget", "customer", "shop_widget", "visitor"]
