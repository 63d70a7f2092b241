"""VoxNym."""
