"""Who nobody is: models of many people's voices, from which pseudo-voices are drawn."""
