"""LiveChat's rules: organizations, chats, routing and everything between, without any I/O.

What people are told goes into the organization's outbox; somebody else delivers it. Imports
nothing but Python.
"""
