"""A trained network as a folder to give away: weights, config, params, and a card filled from the metrics."""
