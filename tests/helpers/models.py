"""Audio models of a few units with random weights, and sounds for them."""

import numpy as np
import soundfile
import transformers

from heschl.models import published

WAVES = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}
SMALL = {  # name: options of its config
    "wav2vec2": WAVES,
    "hubert": WAVES,
    "wavlm": WAVES,
    "whisper": {
        "d_model": 24, "encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 32,
        "decoder_layers": 1, "decoder_attention_heads": 2, "decoder_ffn_dim": 32, "vocab_size": 60,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1,
    },
    "ast": {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
}  # fmt: skip


def parts(name):
    """Return the config of a few units and the feature extractor of a model."""
    model = published(name)
    config = getattr(transformers, model.config)(**SMALL[name])
    return config, getattr(transformers, model.extractor)(**model.heard_as)


def small(name, seed=1):
    """Return a model of a few units, as `random` returns the published one."""
    return published(name).drawn(*parts(name), seed)


def save(name, folder, seed=1):
    """Write a model of a few units into a folder as its repository has it; return its network."""
    config, extractor = parts(name)
    transformers.set_seed(seed)
    network = getattr(transformers, published(name).network)(config).eval()
    network.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return network


def noise(seconds, rate=16000, seed=0):
    """Return noise and a tone that change in time, (samples,) float32: no two frames are alike."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.random.default_rng(seed).standard_normal(len(time)) * (0.1 + time)
    return np.float32(0.02 * wave + 0.05 * np.sin(2 * np.pi * (300 + 200 * time + 50 * seed) * time))


def write_sounds(folder, seconds, rate=16000):
    """Write a sound of each length, s0.wav and so on, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, length in enumerate(seconds):
        soundfile.write(folder / f"s{place}.wav", noise(length, rate, place), rate)
    return folder
