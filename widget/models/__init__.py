"""What the database keeps: widgets, who may configure them, what is counted of them.

May use the modules beside it; no room.
"""

from widget.models.keys import UsedKey, new_key, new_secret
from widget.models.memberships import ColleagueInvitation, Membership, is_superuser, may_enter
from widget.models.moves import Move
from widget.models.revisions import Revision
from widget.models.statistics import InvitationTally, Presence, Tally, Trouble
from widget.models.subscriptions import Browser, Subscription
from widget.models.webhooks import Webhook
from widget.models.widgets import Ground, Widget, cache_key

__all__ = [
    "Browser",
    "ColleagueInvitation",
    "Ground",
    "InvitationTally",
    "Membership",
    "Move",
    "Presence",
    "Revision",
    "Subscription",
    "Tally",
    "Trouble",
    "UsedKey",
    "Webhook",
    "Widget",
    "cache_key",
    "is_superuser",
    "may_enter",
    "new_key",
    "new_secret",
]
