"""The demo: a shop that carries the widget, and a gallery of everything the panel can show."""
