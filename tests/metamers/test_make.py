from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from heschl import tables
from heschl.metamers import descent, make, output
from heschl.metamers.columns import METAMER, METAMERS, NULL, PAIRS
from heschl.metamers.layers import presented, response_of, responses_of
from heschl.metamers.params import Descent, MetamerParams
from heschl.metamers.sounds import MetamerError, natural_sounds
from heschl.network.hearing import Hearing, HearingParams
from heschl.shards.read import Shards
from heschl.tasks import named
from tests.helpers.trainings import EAR, network_of, shard_folder

__all__ = ["shard_folder"]
PARAMS = MetamerParams(
    seed=1, layers=["cochleagram", "conv1", "word.pool1", "genre.readout"], sounds=1,
    start_rms=0.01, descent=Descent("adam", 60, 0.01, 0), slope=1.0,
    batch_size=1, checkpoint_steps=20, pairs=100,
)  # fmt: skip


@pytest.fixture
def shards(shard_folder):
    return Shards.open(shard_folder, "test"), Shards.open(shard_folder, "train")


@pytest.fixture
def hearing(shards, sound):
    torch.manual_seed(1)
    params = HearingParams(sound, EAR, network_of("conv1", "norm1", "pool1"))
    return Hearing(params, shards[0].labels).eval()


@pytest.fixture
def natural(hearing, shards):
    return natural_sounds(hearing, shards[0], PARAMS.sounds, PARAMS.seed, 4)


def made_of(hearing, natural, shards, folder, params=PARAMS):
    folder.mkdir(exist_ok=True)
    return list(make.make(hearing, natural, shards[1], params, folder))


def test_natural_sounds_are_clean_clips_that_the_network_names(hearing, shards, natural):
    assert [sound.name for sound in natural] == ["word-01", "genre-01"]
    records = {(row := shards[0].record(number))["key"]: row for number in range(len(shards[0]))}
    for sound in natural:
        assert records[sound.key]["background"] == "clean"
        assert records[sound.key][sound.task] == sound.label
        assert sound.waveform.square().mean().sqrt() == pytest.approx(EAR.rms, rel=1e-2)
    with pytest.raises(
        MetamerError, match=r"names \d+ of \d+ clean word clips of the test correctly, and 99"
    ):
        natural_sounds(hearing, shards[0], 99, 1, 4)


def test_two_networks_get_the_sounds_that_both_name(hearing, shards, sound):
    torch.manual_seed(2)
    other = Hearing(HearingParams(sound, EAR, network_of("conv1", "norm1", "pool1")), shards[0].labels).eval()
    with torch.no_grad():  # both name the first label of each task
        for each in (hearing, other):
            for task, labels in each.labels.items():
                bias = each.layers[f"{task}.readout"][-1].bias
                bias.fill_(0)[labels.index(named(labels)[0])] = 100
    one, two = (natural_sounds(a, shards[0], 1, 1, 4, [b]) for a, b in ((hearing, other), (other, hearing)))
    assert [each.key for each in one] == [each.key for each in two]
    with torch.no_grad():
        labels = other.labels["genre"]
        other.layers["genre.readout"][-1].bias[labels.index(named(labels)[1])] = 200
    with pytest.raises(
        MetamerError, match=r"names 0 of \d+ clean genre clips of the test correctly and so do the"
    ):
        natural_sounds(hearing, shards[0], 1, 1, 4, [other])


def test_each_layer_gets_its_metamers(tmp_path, hearing, shards, natural):
    made = made_of(hearing, natural, shards, tmp_path / "work")
    assert [len(each.sounds) for each in made] == [2, 2, 1, 1]  # those of a branch are of its task
    assert [each.table["place"].iloc[0] for each in made] == [0, 1, 2, 2]
    for each in made:
        assert (each.null["pairs"] == 105).all()  # of 15 clips
        last = torch.load(next((tmp_path / "work").glob(f"{each.layer}-000.pt")), weights_only=True)["losses"]
        assert (last[-1] < last[0] / 2).all()
    ear = made[0].table
    assert (ear["cochleagram_snr_db"] > 10).all()
    assert (ear["spearman"] > 0.95).all()
    assert not hearing.training
    assert all(weight.requires_grad for weight in hearing.parameters())


def test_noise_is_no_metamer(tmp_path, hearing, shards, natural, monkeypatch):
    def nothing(respond, wanted, start, *more):
        return descent.State.start(start, 1)

    monkeypatch.setattr(make, "descend", nothing)
    for each in made_of(hearing, natural, shards, tmp_path / "work"):
        assert not each.table["accepted"].any()


def test_the_natural_sound_is_its_own_metamer(tmp_path, hearing, shards, natural, monkeypatch):
    word, genre = [natural[0]], [natural[1]]
    wanted = iter([word, genre, word, genre, word, genre])

    def itself(respond, wanted_response, start, *more):
        return descent.State.start(torch.stack([sound.waveform for sound in next(wanted)]), 1)

    monkeypatch.setattr(make, "descend", itself)
    for each in made_of(hearing, natural, shards, tmp_path / "work"):
        assert each.table["accepted"].all()
        assert each.table["same"].all()
        assert np.isinf(each.table["waveform_snr_db"]).all()


def test_an_interrupted_run_goes_on_to_the_bit(tmp_path, hearing, shards, natural, monkeypatch):
    whole = made_of(hearing, natural, shards, tmp_path / "whole")
    change, left = descent._change, iter(range(200))

    def killed(*given):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return change(*given)

    with monkeypatch.context() as patch:
        patch.setattr(descent, "_change", killed)
        with pytest.raises(KeyboardInterrupt):
            made_of(hearing, natural, shards, tmp_path / "resumed")
    resumed = made_of(hearing, natural, shards, tmp_path / "resumed")
    for one, other in zip(whole, resumed, strict=True):
        assert torch.equal(one.waveform, other.waveform)
        assert one.table.equals(other.table)


def test_files(tmp_path, hearing, shards, natural):
    (made,) = made_of(hearing, natural, shards, tmp_path / "work", replace(PARAMS, layers=["conv1"]))
    output.write_natural(tmp_path / "out", natural, 8000)
    output.write_sounds(tmp_path / "out", made, 8000)
    output.write_tables(tmp_path / "out", [made], {"network": "models/network"})
    table = tables.read_csv(tmp_path / "out" / METAMERS, METAMER)
    assert table["sound"].tolist() == ["word-01", "genre-01"]
    assert set(tables.read_csv(tmp_path / "out" / NULL, PAIRS)["measure"]) == {
        "spearman",
        "pearson",
        "snr_db",
    }
    for folder in ("natural", "conv1"):
        written, rate = soundfile.read(tmp_path / "out" / folder / "genre-01.wav", dtype="float32")
        assert rate == 8000
        expected = natural[1].waveform if folder == "natural" else made.waveform[1]
        np.testing.assert_array_equal(written, expected.numpy())
    assert "conv1: " in output.line(made)
    assert set(output.headlines([made])) == {
        "metamers.conv1_accepted", "metamers.conv1_spearman", "metamers.conv1_cochleagram_snr_db",
    }  # fmt: skip


def test_a_layer_that_does_not_exist_is_named(hearing, shards, natural, tmp_path):
    with pytest.raises(ValueError, match="there is no layer 'conv9'; there are cochleagram, conv1, norm1"):
        made_of(hearing, natural, shards, tmp_path / "work", replace(PARAMS, layers=["conv9"]))


def test_a_branch_alone_gives_what_the_whole_network_gives(hearing, natural):
    waveform = torch.stack([sound.waveform for sound in natural])
    with torch.no_grad():
        alone = response_of(hearing, "genre.readout")(waveform)
        torch.testing.assert_close(alone, hearing(waveform)["genre"])


def test_what_is_presented_has_16_bits_and_the_level_of_the_ear(hearing):
    loud = torch.zeros(2, hearing.sound.samples)
    loud[0, ::100], loud[1, 5] = 1.0, 1.0  # clicks whose peak would exceed full scale
    found = presented(hearing, loud + 0.3)
    steps = found * 32768
    torch.testing.assert_close(steps, steps.round(), rtol=0, atol=0)
    assert found.abs().max() <= 0.9995
    assert found[0].square().mean().sqrt() == pytest.approx(EAR.rms, rel=1e-3)


def test_without_names_the_layers_with_weights_are_taken(hearing):
    found = responses_of(hearing, [], torch.randn(hearing.sound.samples))
    assert list(found) == ["conv1", "word.readout", "genre.readout"]


class Twice(nn.Module):
    """A network of one's own: a module that runs twice, one that never runs, a recurrent one, an odd name."""

    def __init__(self, classes, shape):
        super().__init__()
        self.again = nn.Linear(shape[1], shape[1])
        self.idle = nn.Linear(3, 3)
        self.across = nn.GRU(shape[1], 4)  # takes the batch for the second axis
        self.odd = nn.ModuleDict({"up/x": nn.Linear(shape[1], 5)})
        self.readouts = nn.ModuleDict({task: nn.Linear(5, count) for task, count in classes.items()})

    def forward(self, cochleagram):
        heard = self.again(self.again(cochleagram))
        self.across(heard.transpose(0, 1))
        units = self.odd["up/x"](heard).mean(dim=1)
        return {task: readout(units) for task, readout in self.readouts.items()}


@pytest.fixture
def custom(hearing):
    torch.manual_seed(2)
    hearing.network = Twice({task: len(names) for task, names in hearing.labels.items()}, hearing.ear.shape)
    return hearing.eval()


def test_layers_of_a_network_of_ones_own_are_tried_first(custom):
    sound = torch.randn(custom.sound.samples)
    found = responses_of(custom, ["again", "readouts.word"], sound)
    assert (found["again"].whole, found["readouts.word"].whole) == (True, False)
    heard = custom.cochleagram(sound[None])
    twice = custom.network.again(custom.network.again(heard)).flatten(1)
    torch.testing.assert_close(found["again"](sound[None]), twice)
    for name, why in {
        "idle": "'idle': it gave no response: it did not run",
        "across": r"'across': its response has \d+ rows for 2 sounds",
        "odd.up/x": "the layer 'odd.up/x' cannot have a folder of its name",
    }.items():
        with pytest.raises(ValueError, match=f"metamers.layers: .*{why}|{why}"):
            responses_of(custom, [name], sound)


def test_without_names_layers_that_give_no_response_are_left_out(custom):
    custom.network.odd = nn.ModuleDict({"up/x": nn.Identity()})
    custom.network.readouts = nn.ModuleDict(
        {task: nn.Linear(custom.ear.shape[1], 2) for task in custom.labels}
    )
    found = responses_of(custom, [], torch.randn(custom.sound.samples))
    assert list(found) == ["again", "readouts.word", "readouts.genre"]


def test_a_layer_that_is_silent_is_named(tmp_path, hearing, shards, natural):
    hearing.layers["conv1"][1].bias.data.fill_(-100)
    with pytest.raises(MetamerError, match="conv1 does not respond to sound 1"):
        made_of(hearing, natural, shards, tmp_path / "work", replace(PARAMS, layers=["conv1"]))


def test_what_an_earlier_run_wrote_is_removed(tmp_path):
    for name in ("natural/word-01.wav", "conv9/word-02.wav", "metamers.csv", "conv9/mine.wav", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    output.clear(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"conv9/mine.wav", "notes.txt"}
