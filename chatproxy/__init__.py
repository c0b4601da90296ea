"""Speaks LiveChat's protocol: customer accounts, Customer Chat API, RTM and the relay."""
