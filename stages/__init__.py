"""One thin script a stage of dvc.yaml: paths from the command line, params sections, one library call."""
