"""Sections of params.yaml: what is refused before anything is computed."""

from pathlib import Path

import pytest
import yaml

from heschl.check.sections import KINDS, check_agreement, check_sections
from heschl.params import load_all

ROOT = Path(__file__).parents[2]
FILE = Path("params.yaml")


@pytest.fixture
def values():
    return load_all(ROOT / "params.yaml")


def texts(values):
    return [finding.text for finding in check_sections(values, FILE)[1] if finding.state == "error"]


def disagreements(values):
    params, _ = check_sections(values, FILE)
    return [finding.text for finding in check_agreement(params) if finding.state == "error"]


def test_the_params_are_in_order(values):
    params, found = check_sections(values, FILE)
    assert set(params) == set(KINDS) == set(values)
    assert [str(finding) for finding in found] == [f"ok     params.yaml: {len(KINDS)} sections can be read"]
    assert {finding.state for finding in check_agreement(params)} == {"ok"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("train: {patiense: 3}", "train.patiense is unknown"),
        ("encode: {simulated: {voxel: 3}}", "encode.simulated.voxel is unknown"),
        ("experiment: {block: ten}", "experiment.block is 'ten'"),
        ("trian: {seed: 1}", "there is no section 'trian'; did you mean 'train'?"),
        ("shards:", "there is no section 'shards'"),
    ],
)
def test_each_section_is_read(values, change, message):
    for name, keys in yaml.safe_load(change).items():
        values[name] = merged(values.get(name), keys)
    (text,) = texts(values)
    assert message in text


def merged(values, changes):
    if not isinstance(changes, dict) or not isinstance(values, dict):
        return changes
    return values | {key: merged(values.get(key), change) for key, change in changes.items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": {"branch_after": "conv9"}}, "conv9"),
        ({"encode": {"simulated": {"regions": {"early": "conv9"}}}}, "regions.early is 'conv9', which is"),
        ({"activations": {"names": ["conv1", "conv9"]}}, "activations.names is 'conv9', which is not a"),
        ({"tasks": ["word"]}, "train.loss_weights has ['genre', 'word']"),
        ({"mixtures": {"train": {"clips": {"talker": 1}}}}, "mixtures.train.clips has"),
        ({"experiment": {"answers": {"word": {"choose": 3}}}}, "Set both to the same number"),
        ({"localize": {"experiments": ["tones"]}}, "localize.experiments has 'tones'; expected some"),
        ({"branch": {"frozen": ["where"]}}, "branch.alone or branch.frozen has 'where'; expected"),
        ({"replicate": {"seeds": [1]}}, "replicate.seeds contains 1"),
        ({"search": {"tasks": ["talker"]}}, "search.tasks has 'talker'"),
        ({"search": {"space": {"values": {"train.x": {"options": [1]}}}}}, "there is no value 'train.x'"),
        ({"branch": {"points": ["conv9"]}}, "branch.points has 'conv9'"),
        ({"cochleagram": {"envelope_hz": 33.3}}, "envelope_hz 33.3 gives"),
    ],
)  # fmt: skip
def test_sections_that_do_not_fit_each_other(values, change, message):
    assert message in disagreements(merged(values, change))[0]
