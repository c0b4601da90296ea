"""What is kept secret in the database, and with which keys."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.signals import setting_changed
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.encoding import force_bytes

from chatproxy import conf


@cache
def _fernet() -> MultiFernet:
    """The first key encrypts, every key decrypts: that is how keys rotate."""
    return MultiFernet([Fernet(_derive_key(secret)) for secret in conf.encryption_secrets()])


@cache
def _newest() -> Fernet:
    return Fernet(_derive_key(conf.encryption_secrets()[0]))


def has_newest_key(stored: str) -> bool:
    """Whether what stands in the database was encrypted with the first key, or is empty."""
    try:
        return not stored or bool(_newest().decrypt(stored.encode()))
    except InvalidToken:
        return False


def _derive_key(secret: str | bytes) -> bytes:
    """A Fernet key from a secret of any form and length."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chatproxy.encryption")
    return base64.urlsafe_b64encode(kdf.derive(force_bytes(secret)))


def _forget_keys(*, setting: str, **_: object) -> None:
    if setting in {"CHAT_ENCRYPTION_KEYS", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}:
        _fernet.cache_clear()
        _newest.cache_clear()


setting_changed.connect(_forget_keys)


class UnreadableSecret(Exception):
    """No key we have opens what is stored; its plain text is lost."""


if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField  # which takes no type arguments while running


class EncryptedTextField(TextField):
    """Text that is encrypted in the database and plain in Python. It cannot be filtered on."""

    def get_prep_value(self, value: Any) -> str:
        return _fernet().encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(
        self,
        value: str,
        expression: object,
        connection: BaseDatabaseWrapper,
    ) -> str:
        if not value:
            return ""
        try:
            return _fernet().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecret(
                "Add the key that encrypted it to CHAT_ENCRYPTION_KEYS"
            ) from error
