"""The branched network, its layers and presets."""
