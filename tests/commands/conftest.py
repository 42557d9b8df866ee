from tests.helpers.listening import fake_modules, opened
from tests.helpers.recognition import network, write

__all__ = ["fake_modules", "network", "opened", "write"]
