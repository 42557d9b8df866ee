"""What `import heschl` offers."""

import ast
import subprocess
import sys
from importlib import metadata

import pytest

import heschl
from tests.test_imports import imported, modules


@pytest.mark.parametrize("name", heschl.PUBLIC)
def test_public_names_are_there_and_documented(name):
    found = getattr(heschl, name)
    assert found.__name__ == name
    assert found.__doc__
    assert name in dir(heschl)


def test_the_version_is_that_of_the_package():
    assert heschl.__version__ == metadata.version("heschl")


def test_other_names_are_an_error():
    with pytest.raises(AttributeError, match="has no attribute 'cochleogram'"):
        heschl.cochleogram  # noqa: B018


def test_importing_it_imports_nothing_else():
    code = "import sys, heschl; sys.exit(bool({'torch', 'numpy', 'pandas'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_project_itself_uses_modules_so_that_stages_depend_on_what_they_import():
    known = modules()
    used = {
        (name, part)
        for name, path in known.items()
        for module, part in imported(path)
        if module == "heschl" and f"heschl.{part}" not in known
    }
    assert used == set()


def test_every_public_name_is_defined_in_its_module():
    known = modules()
    for name, module in heschl.PUBLIC.items():
        body = ast.parse(known[f"heschl.{module}"].read_text()).body
        assert name in {getattr(node, "name", None) for node in body}
