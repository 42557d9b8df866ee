"""The commands that make metamers and attack a network, on a network that was trained for it."""

import sys
from pathlib import Path

import pytest
import soundfile
import yaml

from heschl import tables, tracking
from heschl.commands import metamers, robustness
from heschl.metamers.clips import MetamerClips
from heschl.metamers.columns import METAMER, METAMERS, SOUNDS
from heschl.robustness.columns import ACCURACY, ROWS
from tests.helpers.trainings import changed, fit

pytestmark = pytest.mark.slow
PARAMS = """
metamers:
  {seed: 1, layers: [conv1, word.readout], sounds: 1, start_rms: 0.01, slope: 1.0, batch_size: 2,
   checkpoint_steps: 5,
   descent: {method: adam, steps: 10, rate: 0.01, halvings: 0}, pairs: 100}
robustness:
  {seed: 1, clips: 2, attacks: [{input: waveform, norm: l2, epsilons: [0.1, 9.0]}], steps: 3, rate: 0.5,
   restarts: 1, batch_size: 2, resamples: 20, confidence: 0.95}
"""


@pytest.fixture
def project(store, shard_folder, sections):
    """A folder with a trained network and params; the folder of its shards."""
    Path("models").mkdir()
    fit(shard_folder, changed(sections, epochs=6), "models/network")
    Path("params.yaml").write_text(PARAMS)
    return shard_folder


def run(monkeypatch, command, *arguments):
    monkeypatch.setattr(sys, "argv", ["heschl", *map(str, arguments)])
    command.main()


def test_metamers_are_written_measured_and_recorded(project, monkeypatch, capsys):
    run(monkeypatch, metamers, "--shards", project)
    said, out = capsys.readouterr().out, Path("search/metamers")
    assert "conv1: " in said
    assert "Sounds and tables: search/metamers" in said
    table = tables.read_csv(out / METAMERS, METAMER)
    assert table["layer"].tolist() == ["conv1", "conv1", "word.readout"]
    for row in table.itertuples():
        for folder in ("natural", row.layer):
            assert soundfile.info(out / folder / f"{row.sound}.wav").frames > 0
    run_id = Path("models/network/run_id").read_text().strip()
    assert "metamers.conv1_accepted" in tracking.client().get_run(run_id).data.metrics
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    run(monkeypatch, metamers, "--shards", project)  # from what is kept
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_sounds_are_those_that_another_network_names_too(project, monkeypatch):
    run(monkeypatch, metamers, "--shards", project)
    run(monkeypatch, metamers, "--shards", project, "--agree", "models/network", "--out", "other")
    one, two = (Path(folder, SOUNDS).read_text() for folder in ("search/metamers", "other"))
    assert one == two
    clips = MetamerClips.open([Path("search/metamers"), Path("other")])
    assert {row.layer for row in clips.table.itertuples()} == {"natural", "conv1", "word.readout"}
    with pytest.raises(SystemExit, match="absent"):
        run(monkeypatch, metamers, "--shards", project, "--agree", "absent")


def test_a_layer_that_does_not_exist_ends_the_command(project, monkeypatch):
    values = yaml.safe_load(PARAMS)
    values["metamers"]["layers"] = ["conv9"]
    Path("params.yaml").write_text(yaml.safe_dump(values))
    with pytest.raises(SystemExit, match="there is no layer 'conv9'; there are cochleagram, conv1"):
        run(monkeypatch, metamers, "--shards", project)


def test_robustness_is_measured_and_recorded(project, monkeypatch, capsys):
    run(monkeypatch, robustness, "--shards", project)
    said, out = capsys.readouterr().out, Path("search/robustness")
    assert "word, waveform, l2: " in said
    table = tables.read_csv(out / ACCURACY, ROWS)
    assert set(table["change"]) == {"none", "adversary", "noise"}
    assert sorted(set(table["epsilon"])) == [0.0, 0.1, 9.0]
    run_id = Path("models/network/run_id").read_text().strip()
    assert "robustness.word_waveform_l2_9_noise" in tracking.client().get_run(run_id).data.metrics
