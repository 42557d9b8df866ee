"""Activations of networks and filter banks as features of sounds, (sounds, units) for each layer."""
