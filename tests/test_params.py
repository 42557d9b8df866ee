from pathlib import Path

import pytest
import yaml
from pydantic import field_validator

from pipeline.audio import Sound
from pipeline.params import Count, ParamsError, Share, load, parse, plain, section

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
