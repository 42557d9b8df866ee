"""Search for an architecture: a space of networks, trials that are trained in rungs, and what was found."""
