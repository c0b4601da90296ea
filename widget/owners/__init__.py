"""What owners do in the admin: forms, drafts and history, preview, connection test, roles.

May use the models, rendering and statistics; never embed or customers.
"""
