"""One TOML file per system: codec, stages, parameters, and a card."""
