"""The list of sources: complete rows, whose licenses are kept as written."""

import pytest
import yaml

from heschl.release.sources import Source, SourcesError, noncommercial, read
from heschl.spreadsheets import SpreadsheetError

ROWS = [
    {
        "what": "words",
        "made by": "A",
        "license": "CC BY 4.0",
        "link": "https://a.org/x",
        "attribution": "A (1)",
    },
    {"what": "songs", "made by": "B", "license": "CC BY-NC-SA", "link": "http://b.org", "attribution": "B"},
]


def csv(rows):
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", csv(ROWS)),
        ("b.csv", csv(ROWS).replace("license", "licence")),
        ("c.yaml", yaml.safe_dump(ROWS)),
        ("d.yml", yaml.safe_dump(ROWS).replace("license", "licence")),
    ],
)
def test_csv_and_yaml_give_the_same(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert read(tmp_path / name) == [Source(*row.values()) for row in ROWS]


@pytest.mark.parametrize(
    ("license", "restricted"),
    [
        ("CC BY-NC 3.0", True),
        ("CC-BY-NC-SA: non-commercial", True),
        ("for noncommercial use", True),
        ("CC BY 4.0", False),
        ("CC0", False),
        ("MIT, by INC", False),
    ],
)
def test_noncommercial_licenses(license, restricted):
    source = Source("x", "y", license, "https://z.org", "w")
    assert (noncommercial([source]) == [source]) == restricted


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.csv", csv([ROWS[0] | {"license": ""}]), SourcesError, r"a\.csv, row 2: license empty"),
        (
            "a.csv",
            csv([ROWS[0] | {"link": "javascript:x"}]),
            SourcesError,
            r"row 2: the link is 'javascript:x'",
        ),
        ("a.csv", csv([ROWS[0] | {"link": "https://x.org|y"}]), SourcesError, "row 2: the link"),
        ("a.csv", "what,made by\nx,y", SpreadsheetError, r"a\.csv"),
        ("a.csv", ",".join(ROWS[0]), SourcesError, "lists no source"),
        ("a.yaml", "what: words", SourcesError, "is no list of mappings"),
        ("a.yaml", "- {what: 1, who: 2}", SourcesError, r"item 1: \['who'\] unknown; made by, license, link"),
        ("a.yaml", "[", SourcesError, "is not YAML"),
    ],
)
def test_incomplete_lists_are_named_by_row(tmp_path, name, content, error, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(error, match=message):
        read(tmp_path / name)
