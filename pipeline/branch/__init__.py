"""The branch-point experiment: the same network with its branches parting after each of its layers."""
