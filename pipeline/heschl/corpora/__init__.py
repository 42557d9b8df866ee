"""Public corpora by name: what lies where in their archives, read from their own tables; a file each."""
