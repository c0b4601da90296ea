"""What the admin shows of Django's own: people. Groups have no meaning here: see Membership."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_totp.models import TOTPDevice

from widget.owners.careful import CarefulAdmin

admin.site.unregister(Group)
admin.site.unregister(User)
admin.site.unregister(TOTPDevice)  # its page shows the key: see remove_second_factor


@admin.register(User)
class CarefulUserAdmin(CarefulAdmin, UserAdmin):  # type: ignore[type-arg]  # takes none at run time
    list_filter = ("is_staff", "is_superuser", "is_active")
