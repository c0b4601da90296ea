"""Tests of Web Push, with a push service of our own."""
