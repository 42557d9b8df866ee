"""Any sound file, heard whole: every reader of a user's sound brings it into the pipeline through `heard`."""
