"""Attackers: each hears both sides and says how likely they are the same person."""
