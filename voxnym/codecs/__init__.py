"""One file, one codec: takes speech apart and puts it together."""
