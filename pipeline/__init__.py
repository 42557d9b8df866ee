"""Heschl: a two-branch network that names the word and the genre, rebuilt end to end."""
