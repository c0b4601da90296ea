"""The widget's fixtures, for tests of who may come in."""

from tests.widget.conftest import add_widget, open_socket, process, shop_widget

__all__ = ["add_widget", "open_socket", "process", "shop_widget"]
