"""Training. The only package that imports Lightning."""
