"""Uploads: where they are found, and when one that nobody sent is gone."""

import re

from livechat_sandbox.platform.structures import Organization, StoredFile

FILE_PATH = re.compile(r"/api/file/lc/att/(\d+)/([0-9a-f]+)/[^/?#]+")


def url_of(organization: Organization, stored: StoredFile) -> str:
    name = stored.name.replace(" ", "%20")
    return f"{organization.base_url}/api/file/lc/att/{organization.license_id}/{stored.id}/{name}"


def file_at(organization: Organization, url: str) -> StoredFile | None:
    """The organization's own upload at an address, as long as it is there."""
    path = url.removeprefix(organization.base_url)
    match = FILE_PATH.fullmatch(path) if path != url else None
    if match is None or match[1] != str(organization.license_id):
        return None
    stored = organization.files.get(match[2])
    return None if stored is None or is_expired(organization, stored) else stored


def is_expired(organization: Organization, stored: StoredFile) -> bool:
    """An upload that nobody sent is temporary."""
    age = organization.clock.time() - stored.uploaded_at
    return not stored.kept and age > organization.rules.upload_lifetime


def forget_expired(organization: Organization) -> None:
    """Nobody can fetch or send them any more."""
    for stored in list(organization.files.values()):
        if is_expired(organization, stored):
            del organization.files[stored.id]
