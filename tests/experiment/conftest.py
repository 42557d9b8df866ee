from tests.helpers.listening import fake_modules, opened

__all__ = ["fake_modules", "opened"]
