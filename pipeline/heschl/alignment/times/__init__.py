"""Known word times, in the forms in which alignments are distributed: a file each, listed in `known`."""
