"""How the widget's tables came to be."""
