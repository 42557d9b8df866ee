"""Responses of auditory cortex to sounds, and how well layers predict them."""
