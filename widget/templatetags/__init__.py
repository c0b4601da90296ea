"""What our templates and those of a project may load."""
