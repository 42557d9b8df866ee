"""The documentation is held to the files: its links, its lines, a page for each stage."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("inputs/*/README.md")),
]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page):
    """Return the lines outside of code blocks, those inside as empty lines."""
    inside, lines = False, []
    for line in page.read_text().splitlines():
        fence = line.lstrip().startswith("```")
        lines.append("" if inside or fence else line)
        inside ^= fence
    return lines


def links(page):
    """Yield the file and the anchor of each link that leads into the project."""
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", "\n".join(prose(page)))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = [line.lstrip("# ") for line in prose(page) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_to_files_and_headings(page):
    missing = [path for path, _ in links(page) if not path.exists()]
    assert missing == []
    assert [f"{path}#{name}" for path, name in links(page) if name and name not in anchors(path)] == []


@each_page
def test_lines_of_prose_have_at_most_110_characters(page):
    texts = [re.sub(r"\]\([^)]*\)|https?://\S+", "", line) for line in prose(page)]
    assert [text for text in texts if len(text) > 110 and not text.lstrip().startswith("|")] == []


@pytest.mark.parametrize("name", STAGES)
def test_each_stage_has_a_page(name):
    assert (ROOT / "docs" / f"{name}.md").is_file()


def test_each_page_can_be_reached():
    linked = {path for page in PAGES for path, _ in links(page) if path != page}
    assert set(ROOT.glob("docs/*.md")) - linked == set()


def test_code_blocks_are_closed():
    for page in PAGES:
        assert page.read_text().count("\n```") % 2 == 0, page
