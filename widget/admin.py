"""Where Django looks for what the admin shows."""

from widget.owners.admin import MembershipAdmin, WidgetAdmin

__all__ = ["MembershipAdmin", "WidgetAdmin"]
