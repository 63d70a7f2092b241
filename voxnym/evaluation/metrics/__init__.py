"""Pure functions over NumPy arrays: no attacker, no file."""
