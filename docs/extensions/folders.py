"""Links to folders of the project: the gallery has a page on the site; of others, the text alone is shown."""

import re
from pathlib import Path

from sphinx.application import Sphinx

PAGES = {"gallery": "examples/index.rst"}  # name of a folder: its page, beside the folder
LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<path>[^)#:\s]+)\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True}


def _rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = without_folders(source[0], (Path(app.srcdir) / page).parent)


def without_folders(text: str, folder: Path) -> str:
    """Return Markdown in which links to folders are their texts alone, or lead to the folder's page.

    folder : of the page, from which its links lead
    """

    def shown(link: re.Match) -> str:
        target = folder / link["path"]
        if not target.is_dir():
            return link[0]
        page = PAGES.get(target.name)
        return f"[{link['text']}]({link['path'].removesuffix(target.name)}{page})" if page else link["text"]

    return LINK.sub(shown, text)
