"""Hidden states against hooks on the library's own network, frames against a count by hand."""

import numpy as np
import pytest
import torch

from heschl.models import published
from heschl.models.model import ModelError
from tests.helpers.models import SMALL, noise, parts, save, small

each_model = pytest.mark.parametrize("name", SMALL)
FRAMES = {"wav2vec2": 99, "hubert": 99, "wavlm": 99, "whisper": 100, "ast": 19}  # of 2 s


def hooked(network, blocks, inputs):
    """Run a network; return what enters the first block and leaves each, without output_hidden_states."""
    found = []

    def keep(tensor):
        found.append((tensor[0] if isinstance(tensor, tuple) else tensor).detach().clone())

    hooks = [blocks[0].register_forward_pre_hook(lambda module, given: keep(given))]
    hooks += [block.register_forward_hook(lambda module, given, out: keep(out)) for block in blocks]
    with torch.no_grad():
        last = network(inputs).last_hidden_state
    for hook in hooks:
        hook.remove()
    return found, last


def states_of(name, network, waveform):
    """Return the hidden states of the whole input, each (tokens, channel)."""
    _, extractor = parts(name)
    (inputs,) = extractor(waveform, sampling_rate=16000, return_tensors="pt").values()
    network = network.encoder if name == "whisper" else network
    blocks = network.layers if name in ("whisper", "ast") else network.encoder.layers
    states, last = hooked(network, blocks, inputs)
    if name == "whisper":  # the norm after its last block belongs to that state, as in the library
        states[-1] = last
    return [state[0].numpy() for state in states]


def in_time(name, state):
    """Return the frames of a sound of 2 s, (..., time), by a loop over tokens."""
    if name != "ast":
        return state[: FRAMES[name]].T
    patches = np.empty((state.shape[1], 12, 19), np.float32)
    for frequency in range(12):
        for time in range(19):
            patches[:, frequency, time] = state[2 + 101 * frequency + time]
    return patches


@each_model
def test_activations_are_the_states_of_the_library(name, tmp_path):
    network = save(name, tmp_path)
    ready = published(name).load(str(tmp_path), False, "cpu")
    waveform = noise(2.0)
    found = ready.activations(waveform[None])
    expected = states_of(name, network, waveform)
    assert list(found) == ["embedding", "block1", "block2"]
    for layer, state in zip(found.values(), expected, strict=True):
        assert layer.shape[-1] == FRAMES[name]
        np.testing.assert_allclose(layer[0].numpy(), in_time(name, state), atol=2e-6)


@each_model
def test_a_batch_does_not_change_them(name):
    ready, waveforms = small(name), np.stack([noise(1.0, seed=seed) for seed in range(3)])
    together = ready.activations(waveforms)
    for place, waveform in enumerate(waveforms):
        for layer, values in ready.activations(waveform[None]).items():
            np.testing.assert_allclose(together[layer][place], values[0], atol=5e-6)


@pytest.mark.parametrize("name", ["whisper", "ast"])
def test_what_is_cut_off_is_padding_and_what_is_kept_is_not(name):
    """The frames of a sound are those that it has with silence after it, and silence has more."""
    ready, waveform = small(name), noise(1.0)
    padded = np.pad(waveform, (0, 16000))
    alone, longer = (ready.activations(each[None])["embedding"][0] for each in (waveform, padded))
    frames = alone.shape[-1]
    assert frames < longer.shape[-1]
    kept = frames - 1 if name == "whisper" else frames  # its last frame overlaps what follows the sound
    np.testing.assert_allclose(alone[..., :kept], longer[..., :kept], atol=1e-5)
    assert (alone.mean(-1) - longer.mean(-1)).abs().max() > 1e-2


@pytest.mark.parametrize(("name", "shortest", "longest"), [
    ("wav2vec2", 400, None), ("hubert", 400, None), ("wavlm", 400, None),
    ("whisper", 320, 480000), ("ast", 2800, 164239),
])  # fmt: skip
def test_the_shortest_and_longest_sounds_have_frames_and_no_padding(name, shortest, longest):
    ready = small(name)
    assert (ready.shortest, ready.longest) == (shortest, longest)
    assert ready.activations(noise(1)[None, :shortest])["block2"].shape[-1] == 1
    if longest:
        frames = {"whisper": 1500, "ast": 101}[name]
        waveform = np.resize(noise(5), longest)
        assert ready.activations(waveform[None])["block2"].shape[-1] == frames


def test_random_weights_follow_the_seed_and_leave_the_random_state_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    waveform = noise(0.5)[None]
    first, again, other = (small("wav2vec2", seed).activations(waveform)["block2"] for seed in (1, 1, 2))
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=1e-2)


def test_records_say_whether_weights_are_random(tmp_path):
    save("hubert", tmp_path)
    assert small("hubert", 5).record == {
        "weights": "random, in the architecture of facebook/hubert-base-ls960", "random": True, "seed": 5
    }  # fmt: skip
    record = published("hubert").load(str(tmp_path), False, "cpu").record
    assert record["random"] is False
    assert len(record["sha256"]) == 64


@each_model
def test_the_published_config_is_the_default_one_of_the_library(name):
    """Numbers of parameters as their publications give them, in millions, from the shapes alone."""
    import transformers

    model = published(name)
    config = getattr(transformers, model.config)(**model.options)
    with torch.device("meta"):
        network = getattr(transformers, model.network)(config)
    count = sum(each.numel() for each in network.parameters()) / 1e6
    millions = {"wav2vec2": 95, "hubert": 95, "wavlm": 94.7, "whisper": 74, "ast": 87}[name]
    assert count == pytest.approx(millions, rel=0.02)


def test_the_published_architecture_with_random_weights():
    found = published("whisper").random(1, "cpu").activations(noise(0.5)[None])
    assert {name: tuple(values.shape) for name, values in found.items()} == dict.fromkeys(
        ("embedding", *(f"block{number}" for number in range(1, 7))), (1, 512, 25)
    )
    assert all(torch.isfinite(values).all() for values in found.values())


def test_a_missing_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(
        ModelError, match=r"not installed \(transformers\)\. .*pip install 'heschl\[models\]'"
    ):
        published("wavlm").random(1, "cpu")
