"""`python manage.py remove_second_factor USERNAME`: for those who lost their phone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_otp.plugins.otp_totp.models import TOTPDevice


class Command(BaseCommand):
    help = "Lets a user into the admin with their password alone. Make sure who is asking."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        removed, _each = TOTPDevice.objects.filter(user__username=username).delete()
        if not removed:
            raise CommandError(f"{username} has no second factor.")
        self.stdout.write(f"{username} comes in with the password alone.")
