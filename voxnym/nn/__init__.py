"""Networks that tell voices apart, and what they hear; needs PyTorch."""
