"""Intervals, correlations and ridge regression."""
