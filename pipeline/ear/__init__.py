"""Waveform to cochleagram."""
