"""The tag by which a page of a Django project shows the chat."""
