"""Text that can be sent. JSON lets in halves of characters, which no encoding takes."""


def encodable(text: str) -> str:
    """The text, each half of a character (a lone surrogate) replaced. Source: Unicode, "U+FFFD".

    One half would close the socket of whoever is shown it, at each new try.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def storable(text: str) -> str:
    """As `encodable`, and without NUL, which PostgreSQL keeps in no text."""
    return encodable(text.replace("\0", ""))
