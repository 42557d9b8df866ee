"""WebDataset shards: written once, read in any order."""
