"""Networks of one's own, named in params.yaml by import path (docs/networks.md)."""
