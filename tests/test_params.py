import re
from pathlib import Path

import pytest
import yaml
from dvc.utils.serialize import parse_yaml
from pydantic import field_validator

from heschl.audio import Sound
from heschl.params import Count, ParamsError, Share, load, parse, plain, section

ROOT = Path(__file__).parents[1]


@section
class Inner:
    low: float
    high: float


@section
class Outer:
    count: int
    names: tuple[str, ...]
    limits: Inner
    level: Inner | tuple[float, ...]


GOOD = {"count": 3, "names": ["a", "b"], "limits": {"low": 1, "high": 2.5}, "level": [1.0, 2.0]}


def write(tmp_path, values):
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"outer": values}))
    return path


def test_section_is_read_and_gives_back_its_values(tmp_path):
    outer = load("outer", Outer, write(tmp_path, GOOD))
    assert outer == Outer(count=3, names=("a", "b"), limits=Inner(low=1, high=2.5), level=(1.0, 2.0))
    assert plain(outer) == GOOD


@section
class Checked:
    source: str

    @field_validator("source")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "table":
            raise ValueError("expected table")
        return value


def test_a_validator_says_what_it_expected():
    with pytest.raises(ParamsError, match=r"\n  corpus\.source is 'recording': expected table$"):
        parse("corpus", {"source": "recording"}, Checked)


def test_section_is_frozen(tmp_path):
    outer = load("outer", Outer, write(tmp_path, GOOD))
    with pytest.raises(AttributeError):
        outer.count = 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cuont": 3}, r"params\.yaml: section 'outer':\n  outer\.cuont is unknown"),
        ({"count": "3"}, r"outer\.count is '3': .*integer"),
        ({"count": 3.5}, r"outer\.count is 3\.5"),
        ({"names": "a"}, r"outer\.names is 'a'"),
        ({"limits": {"low": 1}}, r"outer\.limits\.high is missing"),
        ({"limits": {"low": 1, "high": 2, "mid": 3}}, r"outer\.limits\.mid is unknown"),
    ],
)
def test_wrong_value_names_file_section_and_key(tmp_path, change, message):
    with pytest.raises(ParamsError, match=message):
        load("outer", Outer, write(tmp_path, GOOD | change))


def test_missing_key_section_and_file(tmp_path):
    path = write(tmp_path, {name: value for name, value in GOOD.items() if name != "count"})
    with pytest.raises(ParamsError, match=r"outer\.count is missing"):
        load("outer", Outer, path)
    with pytest.raises(ParamsError, match="there is no section 'train'"):
        load("train", Outer, path)
    with pytest.raises(ParamsError, match=r"absent\.yaml does not exist"):
        load("outer", Outer, tmp_path / "absent.yaml")


def test_a_file_that_is_no_yaml_or_no_mapping(tmp_path):
    (tmp_path / "params.yaml").write_text("a: [1")
    with pytest.raises(ParamsError, match="not valid YAML"):
        load("a", Outer, tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("- 1")
    with pytest.raises(ParamsError, match="expected keys and values, got list"):
        load("a", Outer, tmp_path / "params.yaml")


def test_parse_takes_plain_values():
    assert parse("limits", {"low": 0, "high": 1}, Inner) == Inner(low=0, high=1)


def test_a_number_out_of_its_range(tmp_path):
    with pytest.raises(ParamsError, match=r"size is 0: .*greater than 0"):
        parse("size", 0, Count)
    with pytest.raises(ParamsError, match=r"less than or equal to 1"):
        parse("share", 1.5, Share)


def test_values_of_the_environment_go_before_those_of_the_file(tmp_path, monkeypatch):
    file = tmp_path / "params.yaml"
    file.write_text("sound: {sample_rate: 8000, clip_s: 1.0}\n")
    assert load("sound", Sound, file, "SOUND") == Sound(sample_rate=8000, clip_s=1.0)
    monkeypatch.setenv("SOUND", "{clip_s: 2.5}")
    assert load("sound", Sound, file, "SOUND") == Sound(sample_rate=8000, clip_s=2.5)
    assert load("sound", Sound, file).clip_s == 1.0
    monkeypatch.setenv("SOUND", "{clips: 2}")
    with pytest.raises(
        ParamsError, match=r"params\.yaml and SOUND: section 'sound':\n  sound\.clips is unknown"
    ):
        load("sound", Sound, file, "SOUND")
    monkeypatch.setenv("SOUND", "2")
    with pytest.raises(ParamsError, match="SOUND: expected keys and values, got int"):
        load("sound", Sound, file, "SOUND")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[no, on, yes, off, y]", ["no", "on", "yes", "off", "y"]),
        ("['1e5', \"null\", 'true', '7']", ["1e5", "null", "true", "7"]),
    ],
)
def test_labels_are_the_texts_that_are_written(tmp_path, text, names):
    (tmp_path / "params.yaml").write_text(f"words: {text}\n")
    assert load("words", list[str], tmp_path / "params.yaml") == names


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (list[str], "[1e5]", r"words\.0 is 100000\.0: .*: put it in quotes"),
        (list[str], "[a, null]", r"words\.1 is None: .*: put it in quotes"),
        (list[str], "[true]", r"words\.0 is True: .*: put it in quotes"),
        (bool, "no", r"words is 'no': .*: write true or false"),
        (int, "'3'", r"words is '3': .*: write a whole number, without quotes"),
        (float, "1,5", r"words is '1,5': .*: write a number, without quotes"),
        (dict[str, int], "!!set {a}", r"not valid YAML: .*set"),
        (list[str], "!!binary aGk=", r"not valid YAML: .*binary"),
        (list[str], "[!!timestamp 2026-01-31]", r"not valid YAML: .*timestamp"),
    ],
)
def test_a_value_of_another_type_is_an_error_with_its_remedy(tmp_path, kind, text, message):
    (tmp_path / "params.yaml").write_text(f"words: {text}\n")
    with pytest.raises(ParamsError, match=message):
        load("words", kind, tmp_path / "params.yaml")


def test_small_numbers_that_dvc_writes_are_numbers(tmp_path):
    (tmp_path / "params.yaml").write_text("share: 1e-05\n")
    assert load("share", Share, tmp_path / "params.yaml") == 1e-5


@section
class Words:
    words: tuple[str, ...]
    clips: dict[str, int]
    compiled: bool


def words(tmp_path, listed="[a]", clips="{a: 1}", compiled="true"):
    path = tmp_path / "params.yaml"
    path.write_text(f"outer:\n  words: {listed}\n  clips: {clips}\n  compiled: {compiled}\n")
    return load("outer", Words, path)


def test_words_of_yaml_1_1_are_texts_as_dvc_reads_them(tmp_path):
    texts = "no, on, off, yes, y, n, NA, nan, '007', '2026-01-31', '1e5', 'null', 1e, 0s"
    found = words(tmp_path, f"[{texts}]", "{no: 1, on: 2}")
    assert found.words == tuple(dvc_reads(f"a: [{texts}]")["a"])
    assert found.words == tuple(text.strip("'") for text in texts.split(", "))
    assert found.clips == {"no": 1, "on": 2}


def dvc_reads(text):
    return parse_yaml(text, "params.yaml")


UNQUOTED = [
    "007",
    "-007",
    "0o17",
    "0b11",
    "1_000",
    "0x1_F",
    "2026-01-31",
    "2026-01-31T10:00:00",
    "12:30:45",
    "=",
]


@pytest.mark.parametrize("text", UNQUOTED)
@pytest.mark.parametrize("place", ["listed", "clips", "compiled"])
def test_what_programs_read_differently_needs_quotes(tmp_path, text, place):
    value = {"listed": f"\n  - {text}", "clips": f"\n    {text}: 1", "compiled": text}[place]
    expected = rf"params\.yaml.*{re.escape(text)} is a date, a number or a text.*put it in quotes"
    with pytest.raises(ParamsError, match=f"(?s){expected}.*line [2-5]"):
        words(tmp_path, **{place: value})


@pytest.mark.parametrize("text", ["null", "~", "true", "1e5", "7", "1.5", ".inf"])
def test_a_text_that_reads_as_another_kind_needs_quotes(tmp_path, text):
    with pytest.raises(ParamsError, match=r"outer\.words\.1 is .*string: put it in quotes"):
        words(tmp_path, f"[a, {text}]")


@pytest.mark.parametrize("text", ["no", "on", "off", "yes"])
def test_a_switch_is_true_or_false(tmp_path, text):
    with pytest.raises(ParamsError, match=rf"outer\.compiled is '{text}': .*write true or false"):
        words(tmp_path, compiled=text)


@pytest.mark.parametrize(
    "listed", ["&a [*a]", "!!set {a, b}", "!!binary aGk=", "!!timestamp 2026-01-31", "{[a]: 1}"]
)
def test_what_yaml_alone_has_is_an_error_that_names_the_file(tmp_path, listed):
    with pytest.raises(ParamsError, match=r"params\.yaml"):
        words(tmp_path, listed)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "params.yaml").write_bytes("outer: {words: [caf\xe9]}".encode("latin-1"))
    with pytest.raises(ParamsError, match=r"params\.yaml is not UTF-8 .* Save it as UTF-8"):
        load("outer", Words, tmp_path / "params.yaml")
