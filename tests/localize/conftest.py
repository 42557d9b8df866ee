"""A setting for the experiments."""

import pytest

from tests.localize.observers import surroundings


@pytest.fixture(scope="package")
def setting():
    return surroundings()
