"""The result as a page that a person can read, as JSON, and as tables."""
