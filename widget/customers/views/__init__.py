"""Pages and actions of the panel."""
