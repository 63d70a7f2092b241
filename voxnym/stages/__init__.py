"""One file, one stage, named PART_HOW: changes what would give the person away."""
