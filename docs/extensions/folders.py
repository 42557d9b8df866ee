"""Show a link to a folder of the project as the folder's path, since the site has no page of it."""

import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<path>[^)#:\s]+)\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True}


def _rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = without_folders(source[0], (Path(app.srcdir) / page).parent)


def without_folders(text: str, folder: Path) -> str:
    """Return Markdown in which links to folders are their texts alone.

    folder : of the page, from which its links lead
    """

    def shown(link: re.Match) -> str:
        return link["text"] if (folder / link["path"]).is_dir() else link[0]

    return LINK.sub(shown, text)
