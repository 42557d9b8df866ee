"""Decide which clips exist: target, background, SNR and level of each."""
