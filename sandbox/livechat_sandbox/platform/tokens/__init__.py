"""Who somebody is: the tokens of customers and of agents, and where a browser may go back to."""
