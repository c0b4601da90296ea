"""Who may do everything in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client
