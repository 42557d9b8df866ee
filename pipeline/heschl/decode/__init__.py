"""What each layer represents: linear readouts of acoustic levels and labels."""
