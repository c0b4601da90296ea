"""Whether a message is a few emoji and nothing else: it is then shown large."""

import re

MOST = 3
LONGEST = 40  # characters: a family of four takes 11
# One emoji: a flag, a key, or a picture with its shades, joined to others.
# Source: Unicode Technical Standard 51, "Emoji Definition".
PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa"
    "\U0001f400-\U0001faff]"
)
SHADE = "[\U0001f3fb-\U0001f3ff\ufe0f\U000e0020-\U000e007f]*+"
FLAG, KEY = "[\U0001f1e6-\U0001f1ff]{2}", "[0-9#*]\ufe0f?\u20e3"
ONE = f"(?:{FLAG}|{KEY}|{PICTURE}{SHADE}(?:\u200d{PICTURE}{SHADE})*+)"
FEW = re.compile(rf"(?:{ONE}\s*+){{1,{MOST}}}+")


def is_few_emoji(text: str) -> bool:
    written = text.strip()
    return len(written) <= LONGEST and FEW.fullmatch(written) is not None
