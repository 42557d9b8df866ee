"""Accuracy in noise, and the network compared with listeners."""
