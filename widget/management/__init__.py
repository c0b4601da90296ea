"""Django's commands of the widget."""
