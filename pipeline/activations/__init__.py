"""What the layers of networks, and filter banks, give for a set of sounds: (sounds, units) each."""
