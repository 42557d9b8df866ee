"""The branch-point experiment: the same network with its branches splitting after each of its layers."""
