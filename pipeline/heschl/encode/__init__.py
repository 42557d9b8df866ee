"""Responses of auditory cortex to sounds, and how well the layers of models predict them."""
