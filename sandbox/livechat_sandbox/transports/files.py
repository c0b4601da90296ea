"""Uploaded files: stored in memory, served back, pictures made smaller on demand."""

import asyncio
import mimetypes
import re
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from PIL import Image, UnidentifiedImageError

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Organization, StoredFile
from livechat_sandbox.platform.uploads import forget_expired, is_expired
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.transports.web import answer_disturbed, refusal

EXECUTABLE = frozenset(
    [
        ".apk",
        ".app",
        ".bat",
        ".bin",
        ".cmd",
        ".com",
        ".cpl",
        ".dll",
        ".dmg",
        ".exe",
        ".gadget",
        ".hta",
        ".jar",
        ".js",
        ".jse",
        ".lnk",
        ".msi",
        ".msp",
        ".pif",
        ".ps1",
        ".psm1",
        ".reg",
        ".scr",
        ".sh",
        ".vb",
        ".vbe",
        ".vbs",
        ".ws",
        ".wsf",
        ".wsh",
    ]
)
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")
WIDTHS = {"300": 300, "600": 600}


def store(organization: Organization, upload: Any) -> StoredFile:
    """Keep an upload. Raises validation for what is no file or an executable, entity_too_large."""
    if not isinstance(upload, UploadedFile):
        raise LiveChatError("validation", "`file` is required")
    name = re.sub(r"[^\w.\- ]", "_", PurePath(upload.name or "file").name).strip() or "file"
    if PurePath(name).suffix.lower() in EXECUTABLE:
        raise LiveChatError("validation", "Executable files are not allowed")
    if (upload.size or 0) > organization.rules.upload_bytes:
        raise LiveChatError("entity_too_large")
    guessed = mimetypes.guess_type(name)[0]
    stored = StoredFile(
        id=organization.ids.hex(32),
        name=name,
        content_type=guessed or upload.content_type or "application/octet-stream",
        content=upload.read(),
        uploaded_at=organization.clock.time(),
    )
    if stored.content_type in SHOWN_INLINE:
        measure(stored)
    forget_expired(organization)
    organization.files[stored.id] = stored
    return stored


def measure(stored: StoredFile) -> None:
    """Note the size of a picture. What cannot be read as one is an ordinary file."""
    try:
        with Image.open(BytesIO(stored.content)) as image:
            stored.width, stored.height = image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        stored.content_type = "application/octet-stream"


async def serve(request: HttpRequest, license_id: int, file_id: str, name: str) -> HttpResponseBase:
    """A stored file, as far as the faults allow it.

    Anyone who has its address may read it, as with LiveChat.
    """

    async def answer_undisturbed() -> HttpResponse:
        return await read(request, license_id, file_id, name)

    disturbance = world_of(request).faults.on_request("customer", "files", "file", None)
    return await answer_disturbed(request, disturbance, answer_undisturbed, refusal)


async def read(request: HttpRequest, license_id: int, file_id: str, name: str) -> HttpResponse:
    organization = world_of(request).organization_of_license(license_id)
    stored = organization.files.get(file_id) if organization else None
    if (
        organization is None
        or stored is None
        or stored.name != name
        or is_expired(organization, stored)
    ):
        return HttpResponse("Not found", status=404, content_type="text/plain")
    content = stored.content
    if stored.width and request.GET.get("w") in WIDTHS:
        content = await asyncio.to_thread(thumbnail, stored, WIDTHS[request.GET["w"]])
    inline = stored.content_type in SHOWN_INLINE
    return HttpResponse(
        content,
        content_type=stored.content_type,
        headers={
            "Content-Disposition": "inline" if inline else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "public, max-age=31536000, immutable",
        },
    )


def thumbnail(stored: StoredFile, width: int) -> bytes:
    with Image.open(BytesIO(stored.content)) as image:
        image_format = image.format
        image.thumbnail((width, width))
        made = BytesIO()
        image.save(made, image_format)
    return made.getvalue()
