"""What photos lose before they leave."""
