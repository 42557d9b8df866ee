"""Presets laid over params.yaml: values follow the rule, comments and layout stay, errors name the remedy."""

import re
from pathlib import Path

import pytest
import yaml
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import parse_yaml

from heschl import presets
from heschl.check.sections import KINDS, check_agreement, check_sections
from heschl.params import Loader, load_all
from heschl.presets import PresetError, combined, find, lay_over, names

ROOT = Path(__file__).parents[1]
PARAMS = """\
# head
sound:
  rate: 16000  # Hz
  level: {low: -35.0, high: -20.0}  # rms

network:  # layers
  after: norm3
  layers:
    - {name: conv1}  # first
    - {name: conv2}  # last

# foot
words: [a,
        b]
folder:
"""


def laid(tmp_path, preset, params=PARAMS):
    (tmp_path / "params.yaml").write_text(params)
    (tmp_path / "new.yaml").write_text(preset)
    return lay_over(tmp_path / "params.yaml", tmp_path / "new.yaml")


@pytest.mark.parametrize(
    ("preset", "old", "new"),
    [
        ("sound: {rate: 8000}", "rate: 16000", "rate: 8000"),
        ("sound:\n  level: {low: -9}", "low: -35.0", "low: -9"),
        ("sound:\n  level: [1.0, 2.0]", "{low: -35.0, high: -20.0}", "[1.0, 2.0]"),
        ("sound:\n  level: !replace {mean: 1}", "{low: -35.0, high: -20.0}", "{mean: 1}"),
        (
            "sound: !replace {rate: 1}",
            PARAMS[PARAMS.index(":\n  rate") : PARAMS.index("\n\nn")],
            ": {rate: 1}",
        ),
        ("words: [c]", "[a,\n        b]", "[c]"),
        ("words: null", "[a,\n        b]", "null"),
        ("words:\n  - c", " [a,\n        b]", "\n  - c"),
        ("words:\n    - c  # one\n    - d", " [a,\n        b]", "\n    - c  # one\n    - d"),
        ("folder: here", "folder:", "folder: here"),
        ("folder:", "folder:", "folder:"),
        ("sound:\n  rate:", "rate: 16000  #", "rate:  #"),
        ("network:\n  layers: []", "\n    - {name: conv1}  # first\n    - {name: conv2}  # last", " []"),
        (
            "network:\n    layers:\n        - {name: fc}  # only\n",
            "{name: conv1}  # first\n    - {name: conv2}  # last",
            "{name: fc}  # only",
        ),
        (
            "network: !replace\n    module: own\n    options:\n        units: 2\n",
            PARAMS[PARAMS.index("after") : PARAMS.index("\n\n#")],
            "module: own\n  options:\n      units: 2",
        ),
    ],
)
def test_values_change_and_the_rest_of_the_text_stays(tmp_path, preset, old, new):
    assert PARAMS.count(old) == 1
    assert laid(tmp_path, preset) == PARAMS.replace(old, new)


def test_a_block_goes_in_place_of_a_value_on_one_line_with_its_comment(tmp_path):
    found = laid(tmp_path, "net:\n  b:\n    - 1\n    - 2\n", "net:\n  b: null  # all\n  c: 1\n")
    assert found == "net:\n  b:  # all\n    - 1\n    - 2\n  c: 1\n"


def test_a_file_that_dvc_rewrote_in_block_style(tmp_path):
    params = yaml.safe_dump(yaml.safe_load((ROOT / "params.yaml").read_text()), sort_keys=False)
    (tmp_path / "params.yaml").write_text(params)
    for name in names(ROOT / "presets"):
        path = ROOT / "presets" / f"{name}.yaml"
        found = yaml.safe_load(lay_over(tmp_path / "params.yaml", path))
        assert found == yaml.safe_load(lay_over(ROOT / "params.yaml", path))


@pytest.mark.parametrize(
    ("preset", "message"),
    [
        ("sound:\n  rat: 1", r"new\.yaml, line 2: sound\.rat is not a key of .* Did you mean sound\.rate\?"),
        ("rate: 1", r"line 1: rate is not a key .* Did you mean sound\.rate\?"),
        ("sound:\n  level:\n    middle: 1", r"line 3: sound\.level\.middle is not .* write !replace"),
        ("- 1", r"new\.yaml: expected keys and values, got list"),
        ("", r"new\.yaml: expected keys and values, got NoneType"),
        ("a: [1", r"new\.yaml is not valid YAML"),
        ("sound: !other {rate: 1}", r"new\.yaml is not valid YAML: .*!other"),
        ("sound:\n  rate: &x 1\n  level: *x", r"new\.yaml cannot be laid over .* anchor"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_key(tmp_path, preset, message):
    with pytest.raises(PresetError, match=re.compile(message, re.DOTALL)):
        laid(tmp_path, preset)


def test_a_missing_params_file_or_preset(tmp_path):
    with pytest.raises(PresetError, match=r"params\.yaml does not exist\. Run from the project's top folder"):
        lay_over(tmp_path / "params.yaml")
    (tmp_path / "small.yaml").touch()
    assert find("small", tmp_path) == find(str(tmp_path / "small.yaml")) == tmp_path / "small.yaml"
    with pytest.raises(PresetError, match=r"no preset 'smal': .*smal\.yaml does not exist\. .* are small\."):
        find("smal", tmp_path)


def test_the_rule_on_values():
    values = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    assert combined(values, {"a": {"c": [3]}}) == {"a": {"b": 1, "c": [3]}, "d": 3}
    assert combined(values, {"a": presets.Replacement(e=4)}) == {"a": {"e": 4}, "d": 3}
    assert values == {"a": {"b": 1, "c": [1, 2]}, "d": 3}


def comments(text):
    return [line.split("# ")[1] for line in text.splitlines() if "# " in line]


@pytest.mark.parametrize("name", names(ROOT / "presets"))
def test_each_preset_keeps_the_comments_and_changes_nothing_when_applied_again(tmp_path, name):
    path, params = ROOT / "presets" / f"{name}.yaml", (ROOT / "params.yaml").read_text()
    text = lay_over(ROOT / "params.yaml", path)
    assert text != params
    (tmp_path / "params.yaml").write_text(text)
    assert lay_over(tmp_path / "params.yaml", path) == lay_over(ROOT / "params.yaml", path, path) == text
    replaced = {"the layer that drives each; empty: noise"}
    assert set(comments(params)) - set(comments(text)) <= replaced
    assert list(yaml.safe_load(text)) == list(yaml.safe_load(params))


@pytest.mark.parametrize("name", names(ROOT / "presets"))
def test_a_preset_holds_only_what_differs(name):
    def same(values, changes, above=""):
        for key, change in changes.items():
            if isinstance(change, dict) and not isinstance(change, presets.Replacement):
                yield from same(values[key], change, f"{above}{key}.")
            elif values[key] == change:
                yield above + key

    values = yaml.safe_load((ROOT / "params.yaml").read_text())
    changes = yaml.load((ROOT / "presets" / f"{name}.yaml").read_text(), presets._Loader)
    for_readers = {"cochleagram.padding", "cochleagram.rms", "cochleagram.image", "corpus.split.test"}
    assert set(same(values, changes)) <= for_readers


@pytest.mark.parametrize("name", [None, *names(ROOT / "presets")])
def test_params_with_each_preset_fit_their_sections(tmp_path, name):
    path, changes = tmp_path / "params.yaml", [ROOT / "presets" / f"{name}.yaml"] if name else []
    path.write_text(lay_over(ROOT / "params.yaml", *changes))
    assert set(load_all(path)) == set(KINDS)
    sections, found = check_sections(load_all(path), path)
    assert {each.state for each in [*found, *check_agreement(sections)]} == {"ok"}


@pytest.mark.parametrize("name", [None, *names(ROOT / "presets")])
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("train.seed=2", "  seed: 2"),
        ("train.optimizer.weight_decay=1e-5", "    weight_decay: 1e-05"),
        ("corpus.source=recordings", "  source: recordings # synthetic, recordings or public"),
    ],
)
def test_dvc_changes_one_line_and_the_value_can_be_read(tmp_path, name, change, line):
    """Run the function of `dvc exp run -S`, which writes every list anew."""
    path, changes = tmp_path / "params.yaml", [ROOT / "presets" / f"{name}.yaml"] if name else []
    before = lay_over(ROOT / "params.yaml", *changes)
    path.write_text(before)
    apply_overrides(path, [change])
    after = path.read_text().splitlines()
    differ = [new for old, new in zip(before.splitlines(), after, strict=True) if old != new]
    assert [each for each in differ if each != line] == []
    assert all(finding.state == "ok" for finding in check_sections(load_all(path), path)[1])


def test_dvc_and_the_pipeline_read_the_same_values():
    """YAML 1.1, which PyYAML reads by itself, has other booleans and numbers than DVC's YAML 1.2."""
    for path in [ROOT / "params.yaml", *(ROOT / "presets").glob("*.yaml")]:
        text = path.read_text().replace("!replace", "")
        assert yaml.load(text, Loader) == parse_yaml(text, path)
    text = "[no, on, 1e-05, 2.5, .5, -3, 0x1F, null, ~, true, .inf]"
    assert yaml.load(text, Loader) == parse_yaml(text, "")
    for text in ("007", "2026-01-31", "1_000"):  # which DVC reads as other values
        with pytest.raises(yaml.YAMLError, match=f"{text} is a date, a number or a text"):
            yaml.load(f"[{text}]", Loader)
