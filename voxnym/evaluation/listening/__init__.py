"""Listening tests: a blind page for people's ears, and what their answers say."""
