"""Tests of the command that tries out the real LiveChat, with the sandbox in its place."""
