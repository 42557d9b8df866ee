"""A trained network's answers to the test clips, and to a control."""
