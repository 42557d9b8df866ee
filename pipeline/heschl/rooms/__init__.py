"""The rooms that clips with two channels are heard in: listeners, places of sources, impulse responses."""
