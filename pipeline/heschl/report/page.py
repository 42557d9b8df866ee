"""The page: the sections, one after the other, in one HTML file that loads nothing else."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from heschl.report.figures import looks
from heschl.report.figures.files import Drawn
from heschl.report.inputs import Inputs
from heschl.report.layers import named
from heschl.report.section import Content
from heschl.report.sections import HEADLINE, SECTIONS
from heschl.report.text import words

FOLDERS = [Path(__file__).parent / "templates", Path(__file__).parent / "sections"]  # of templates
LIMIT = 15_000_000  # bytes; a longer page opens slowly and is too large for mail
Contents = Mapping[str, Content]  # by name of the section


class ReportError(ValueError):
    """A page that cannot be made; says why, and the remedy."""


def contents(inputs: Inputs) -> Contents:
    """Return what each section shows, the headline first; sections without content are left out."""
    every = {section.name: section.content(inputs) for section in (HEADLINE, *SECTIONS)}
    return {name: content for name, content in every.items() if content}


def figures(shown: Contents) -> dict[str, Drawn]:
    """Return the figures of all sections by name; shown : of `contents`."""
    return {name: figure for content in shown.values() for name, figure in content.figures.items()}


def render(inputs: Inputs, shown: Contents | None = None, limit: int = LIMIT) -> str:
    """Return the page: one self-contained HTML text, the same for the same inputs.

    shown  : of `contents`, if already made; limit : bytes
    raises : ReportError if the page would be longer
    """
    shown = shown or contents(inputs)
    templates = environment()
    html = templates.get_template("page.html.jinja").render(
        run_id=inputs.network.run_id,
        headline=body(templates, HEADLINE.name, shown[HEADLINE.name]),
        sections=[
            (section.name, section.title, body(templates, section.name, shown[section.name]))
            for section in SECTIONS
            if section.name in shown
        ],
    )
    size, clips = len(html.encode()), len(inputs.examples.clips) + len(inputs.examples.hardest)
    if size > limit:
        raise ReportError(
            f"the page is {size / 1e6:.1f} MB (limit: {limit / 1e6:g} MB), mostly its {clips} clips. "
            "Lower report.examples and report.hardest in params.yaml."
        )
    return html


def body(templates: Environment, name: str, content: Content) -> Markup:
    """Return the HTML of a section, without its heading."""
    return Markup(templates.get_template(f"{name}.html.jinja").render(content.context))


def environment() -> Environment:
    """Return the templates and what they can call; everything that they show is text, unless it is Markup."""
    templates = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        words.background,
        words.condition,
        words.count,
        words.decibel,
        words.decimal,
        words.level,
        words.sources,
        named,
    )
    templates.filters |= {each.__name__: each for each in (*filters, words.percent, words.plural)}
    templates.filters["base64"] = lambda content: b64encode(content).decode()
    templates.globals |= {"absent": words.absent, "who": words.WHO, "mark": looks.mark, "looks": looks}
    return templates
