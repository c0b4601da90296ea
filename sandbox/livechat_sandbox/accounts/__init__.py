"""LiveChat's accounts service: tokens of customers, and information about agents'."""
