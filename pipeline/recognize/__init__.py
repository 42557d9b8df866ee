"""Words and genres in any sound file."""
