"""Whole numbers in texts that strangers write."""

MOST_DIGITS = 15  # Python refuses to read thousands of them, and JSON is exact to about 16


def whole_number(text: str) -> int | None:
    """None for what is no number, or has more digits than a number of anything."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None
