"""Numbers, names and sentences in plain English."""
