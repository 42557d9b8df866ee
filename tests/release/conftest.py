from tests.helpers.releases import project, released_from

__all__ = ["project", "released_from"]
