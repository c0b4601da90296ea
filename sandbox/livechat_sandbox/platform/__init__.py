"""LiveChat's rules: organizations, chats, routing and everything between, without any I/O.

What people are told goes into the organization's outbox; somebody else delivers it. Imports
nothing but Python. The modules here are what all rooms stand on; each room says in its first
lines what lives there, and uses those before it: shapes, events, routing, people, chats.
"""
