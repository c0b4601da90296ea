"""What agents, and what customers, get to see of the same facts, in each version of their API."""
