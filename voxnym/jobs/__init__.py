"""Many recordings: plan, journal, workers, progress."""
