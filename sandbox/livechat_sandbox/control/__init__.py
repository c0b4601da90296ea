"""The door for tests and operators, below `/sandbox/`: what LiveChat itself does not have."""
