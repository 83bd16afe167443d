"""How calls are picked up: a labelled set of generated openings, to measure on."""
