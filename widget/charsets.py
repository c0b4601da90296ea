"""Forms come in UTF-8, as every browser sends them here. Others can say what no text may hold."""

import codecs

from django.core.exceptions import BadRequest
from django.http import HttpRequest


def require_utf8(request: HttpRequest) -> None:
    """Raises BadRequest for a body in another encoding.

    Django refuses these in urlencoded forms alone; in multipart ones `raw_unicode_escape`, say,
    makes halves of characters. Source: HTML, "multipart/form-data encoding algorithm".
    """
    if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
        raise BadRequest("Only UTF-8 is understood.")
