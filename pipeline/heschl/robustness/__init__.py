"""Adversarial robustness: how small a change of a sound makes the network name another class."""
