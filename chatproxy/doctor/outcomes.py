"""How a step of an examination ends when it does not end well."""


class Remark(Exception):
    """It works, but the message is worth knowing."""


class Trouble(Exception):
    """It does not work. The message says why, and what to do."""


class Hopeless(Trouble):
    """As Trouble, and no further step can succeed."""
