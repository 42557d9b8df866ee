"""Network classes of your own, named in params.yaml by their import path (docs/network.md)."""
