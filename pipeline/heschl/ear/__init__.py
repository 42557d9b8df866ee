"""The ear: waveform to cochleagram."""
