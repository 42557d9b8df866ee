"""Networks trained in full beside that of params.yaml, such as the best of a search."""
