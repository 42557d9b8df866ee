"""How a sound reaches two ears: directions, heads and rooms."""
