"""Where clips come from: the embedded synthesisers and folders of recordings."""
