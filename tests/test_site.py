"""The documentation site: built with all of its examples from the files of the repository alone, offline."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import heschl
from heschl.commands.main import COMMANDS
from heschl.params import section

pytest.importorskip("sphinx", reason="the extra docs is not installed: make setup")
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_doctree

from docs.extensions import docstrings
from docs.extensions.folders import without_folders

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.stem for path in ROOT.glob("docs/gallery/*.py"))
UNREACHABLE = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of the files that git has or would add; each page as parsed HTML, by its path."""
    source, out = (tmp_path_factory.mktemp(name) for name in ("source", "site"))
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    ):
        if (ROOT / name).is_file() and not name.startswith("search/branch/answers"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    build = [
        sys.executable,
        "-m",
        "sphinx",
        "--fail-on-warning",
        "--keep-going",
        "--conf-dir",
        "docs",
        ".",
        out,
    ]
    environment = os.environ | UNREACHABLE | {"PYTHONPATH": str(source / "pipeline")}
    done = subprocess.run(build, cwd=source, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return {path: BeautifulSoup(path.read_text(), "html.parser") for path in sorted(out.rglob("*.html"))}


def page(site, name):
    (found,) = (path for path in site if str(path).endswith(f"/{name}.html"))
    return site[found]


@pytest.mark.slow
def test_every_page_is_there_and_in_the_contents(site):
    contents = page(site, "docs/index").select(".sidebar-tree a")
    linked = {link["href"].split("/")[-1].split("#")[0] for link in contents}
    pages = {f"{path.stem}.html" for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]} - {"index.html"}
    assert pages - linked == set()
    assert {f"{name}.html" for name in EXAMPLES} - linked == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", heschl.PUBLIC)
def test_every_public_name_is_described(site, name):
    described = page(site, "docs/api").find(id=f"heschl.{name}").find_next_sibling("dd")
    assert getattr(heschl, name).__doc__.split()[0] in described.get_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_help(site, name):
    assert f"usage: heschl {name}" in page(site, "docs/commands").find(id=f"heschl-{name}").get_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_was_run_and_has_a_figure(site, name):
    shown = page(site, f"docs/examples/{name}")
    assert shown.select(f"img[src*='sphx_glr_{name}_001']")
    assert shown.select(".sphx-glr-script-out")
    assert shown.select("a[href$='.ipynb']")


@pytest.mark.slow
def test_a_clip_can_be_played(site):
    (player,) = page(site, "docs/examples/plot_4_recordings").select("audio[controls]")
    assert player["src"].startswith("data:audio/wav;base64,UklGR")  # RIFF


@pytest.mark.slow
def test_links_lead_to_files_and_places(site):
    ids = {path: {each["id"] for each in html.find_all(id=True)} for path, html in site.items()}
    broken = []
    for path, html in site.items():
        for link in [*html.select("a[href]"), *html.select("img[src]")]:
            parts = urlsplit(link.get("href") or link.get("src"))
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            lost = not target.is_file() or (
                target in ids and parts.fragment and parts.fragment not in ids[target]
            )
            if not parts.scheme and lost:
                broken.append(f"{path.name}: {parts.path}#{parts.fragment}")
    assert broken == []


DOCSTRING = """Return `x` without *its* mean.

    y = x - mean(x)

x, other : (samples,), at most 2 | 3 in size,
           for then nothing overflows
raises   : ValueError if a_ is silent
More prose."""


def test_a_docstring_becomes_definitions_and_formulas():
    tree = publish_doctree(
        "\n".join(docstrings.rst(DOCSTRING.split("\n"))), settings_overrides={"report_level": 1}
    )
    assert [block.astext() for block in tree.findall(nodes.literal_block)] == ["y = x - mean(x)"]
    found = {item[0].astext(): item[1].astext() for item in tree.findall(nodes.definition_list_item)}
    assert {name: text.replace("\n", " ") for name, text in found.items()} == {
        "x, other": "(samples,), at most 2 | 3 in size, for then nothing overflows",
        "raises": "ValueError if a_ is silent",
    }
    prose = [each.astext() for each in tree.children if isinstance(each, nodes.paragraph)]
    assert prose == ["Return x without *its* mean.", "More prose."]


@section
class Two:
    """Two values."""

    first: int  # of both
    # above it
    second: str | None


def test_comments_of_fields_are_shown():
    assert list(docstrings.commented(Two)) == ["first : of both; `int`", "second : above it; `str | None`"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [`docs`](docs), its files", "see `docs`, its files"),
        ("see [the page](docs/ear.md)", "see [the page](docs/ear.md)"),
        ("see [examples](docs/gallery)", "see [examples](docs/examples/index.rst)"),
        ("see [there](https://example.org)", "see [there](https://example.org)"),
    ],
)
def test_links_to_folders_are_their_texts(text, shown):
    assert without_folders(text, ROOT) == shown
