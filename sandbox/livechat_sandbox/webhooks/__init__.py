"""Webhooks: which push goes to which app in which form, and sending it."""
