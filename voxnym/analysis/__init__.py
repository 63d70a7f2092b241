"""What can be measured from samples."""
