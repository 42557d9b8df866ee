from tests.helpers.recognition import network, write

__all__ = ["network", "write"]
