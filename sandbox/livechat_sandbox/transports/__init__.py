"""HTTP and websockets: unpack, call a method of the API at hand, pack the answer.

What all sides share lives here. Uses the world and the platform, knows no method by name.
"""
