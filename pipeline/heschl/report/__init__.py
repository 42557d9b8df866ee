"""One HTML page that shows a run: its words, its figures, its clips to hear."""
