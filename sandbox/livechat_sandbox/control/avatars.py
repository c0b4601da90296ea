"""Pictures of agents, drawn from their names."""

import hashlib
from html import escape

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96">
<rect width="96" height="96" fill="hsl({hue} 45% 42%)"/>
<circle cx="48" cy="38" r="17" fill="hsl({hue} 40% 88%)"/>
<path d="M14 96c2-24 16-35 34-35s32 11 34 35z" fill="hsl({hue} 40% 88%)"/>
<text x="48" y="45" font-family="sans-serif" font-size="19" font-weight="600"
 text-anchor="middle" fill="hsl({hue} 45% 32%)">{initial}</text>
</svg>
"""


def picture(name: str) -> str:
    """An SVG with the first letter of the name, in a colour of its own."""
    hue = hashlib.md5(name.encode(), usedforsecurity=False).digest()[0] * 360 // 256
    return PICTURE.format(hue=hue, initial=escape(name[:1].upper()))
