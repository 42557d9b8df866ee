"""What can be read out of a layer: energy, modulation, word, genre, speaker."""
