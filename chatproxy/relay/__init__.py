"""Who is live in this process: one connection to LiveChat for each customer, shown to every tab."""
