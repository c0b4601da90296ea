"""Groups as agents name them: by number, or by a text that is one."""

from collections.abc import Sequence

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number


def numbers_of(named: Sequence[int | str]) -> list[int]:
    """Raises validation for what is no number."""
    numbers = []
    for each in named:
        number = whole_number(str(each))
        if number is None:
            raise LiveChatError("validation", f"{each!r} is no group's number")
        numbers.append(number)
    return numbers
