"""A trained network as files that load without Heschl: an exported program, ONNX, weights, a card."""
