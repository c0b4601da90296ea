"""The emoji of the composer's picker: those that chats are full of, eight in a row."""

from django.utils.translation import gettext_lazy as _

EMOJI = {
    _("Smileys"): [*"😀😄😁😂🙂😉😊😍🥰😘😎🤔😐🙄😴😢😭😡😱😅🤗🤩😬🥳"],
    _("Gestures"): [*"👍👎👌👋🙏👏🙌💪🤝🤞🤙👀🤷🙋🙈🤦"],
    _("Hearts"): ["❤️", *"🧡💛💚💙💜💔💯"],
    _("Objects"): [*"🎉🎁⭐🔥✅❌❓❗📦🚚🛒💳📷📞📅⏰"],
}
