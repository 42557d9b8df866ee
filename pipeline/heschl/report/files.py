"""The files of the report: all of them in place, or none."""

from collections.abc import Mapping
from pathlib import Path

from heschl import work
from heschl.report.figures import files
from heschl.report.figures.files import Drawn

PAGE, FIGURES = "index.html", "figures"


def write(out: Path, html: str, drawn: Mapping[str, Drawn]) -> list[Path]:
    """Write the page and its figures to a folder in place of an earlier report; return the PNG files.

    The files are made in the work folder and moved when all are there; an error, such as a full disk, leaves
    an earlier report as it was.
    """
    making = work.folder("report", str(out.resolve()), [], [])
    try:
        with work.replacing(making / PAGE, "w") as file:
            file.write(html)
        pictures = files.save(drawn, making / FIGURES)
        work.finish(making, out)
    finally:
        if making.exists():
            work.remove(making)
    return [out / FIGURES / path.name for path in pictures]
