"""What people see: the widget in the browser, its embed, its admin."""
