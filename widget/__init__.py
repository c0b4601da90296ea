"""What people see: the widget in the browser, its embed, its admin."""

__version__ = "0.1.0"
