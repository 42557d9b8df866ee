"""The documentation site: `make site`, or from the project's top folder: sphinx-build -c docs . site."""

import os
import sys
from pathlib import Path

import heschl

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # of the commands whose help is shown
os.environ |= {"OMP_NUM_THREADS": "1", "HESCHL_WORKERS": "1"}  # examples are too small for more

project = "Heschl"
author = "The Heschl developers"
release = heschl.__version__
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/examples/*",
    "inputs/*/README.md",
    "inputs/recordings/example/README.md",
    "pipeline/heschl/acoustics/kemar/README.md",
    "pipeline/heschl/localize/people/README.md",
    "pipeline/heschl/metamers/people/README.md",
    "pipeline/heschl/pretrained/*/card.md",
]
exclude_patterns = [  # folders that need not be looked through
    ".*",
    "data",
    "models",
    "metrics",
    "mlruns",
    "report",
    "search",
    "site",
    "work",
    "pipeline/heschl/experiment/node_modules",
]
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_gallery.gen_gallery",
    "docs.extensions.docstrings",
    "docs.extensions.commands",
    "docs.extensions.folders",
]

myst_heading_anchors = 4  # as code hosts make them
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "exclude-members": "training"}

sphinx_gallery_conf = {
    "examples_dirs": "docs/gallery",
    "gallery_dirs": "docs/examples",
    "filename_pattern": r"\.py$",  # all of them are run
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
    "within_subsection_order": "FileNameSortKey",
    "capture_repr": ("_repr_html_",),  # beside what is printed: sounds
    "write_computation_times": False,
    "abort_on_example_error": True,
}

html_theme = "furo"
html_title = f"Heschl {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "redirect.html"}
templates_path = ["templates"]
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
