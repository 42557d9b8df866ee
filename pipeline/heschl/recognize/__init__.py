"""Recognition of words and genres in sound files of any length."""
