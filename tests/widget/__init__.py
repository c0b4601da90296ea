"""The widget: its pages, its loader and its admin."""
