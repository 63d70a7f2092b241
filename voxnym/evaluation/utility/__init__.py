"""What is left for those who listen to anonymized speech, or work with it."""
