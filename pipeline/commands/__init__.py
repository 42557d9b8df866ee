"""The heschl command."""
