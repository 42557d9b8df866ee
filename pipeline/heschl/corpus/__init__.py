"""The recordings that clips are cut from: synthetic, or a folder of recordings."""
