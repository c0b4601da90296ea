"""Web Push: who has left the website is told of an answer, by the browser's own push service."""
