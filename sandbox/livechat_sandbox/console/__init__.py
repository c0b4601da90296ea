"""The web page on which a person plays an agent. Acts through the agents' own methods only."""
