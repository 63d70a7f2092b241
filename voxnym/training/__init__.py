"""Training of networks; needs the extra `attack` (fine-tuning) or `train` (from scratch)."""
