"""Behavior of the network in noise, and its comparison with listeners and with other networks."""
