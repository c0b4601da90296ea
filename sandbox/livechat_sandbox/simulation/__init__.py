"""Customers who play a script against whoever answers, by the Customer Chat API alone."""
