"""What is in a thread, and what is kept beside it: seen marks, tags, summaries, tickets."""
