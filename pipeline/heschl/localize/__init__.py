"""Published experiments on where people hear a sound, repeated with a network."""
