"""What a file or a folder would give away besides the voice: small, safe parsers of containers."""
