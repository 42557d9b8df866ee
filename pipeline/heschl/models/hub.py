"""Models that `transformers` loads: their config, feature extractor, network and hidden states."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from heschl.models import cache
from heschl.models.library import quiet, transformers
from heschl.models.model import ModelError, Ready, random_record
from heschl.network.weights import digest_of

UNUSED = {"masked_spec_embed"}  # tensors that only training uses, and some files lack


@dataclass(frozen=True)
class HubModel:
    """A model with a class, a config and a feature extractor in transformers.

    source    : its repository on the Hugging Face hub
    kind      : model_type of its config
    network, config, extractor : names of the classes
    options   : of the published config, where they are not the defaults
    heard_as  : options of the published feature extractor
    span      : (config, extractor) -> fewest and most samples of a sound; None: no limit
    in_time   : (hidden states (batch, tokens, channel), samples, config, extractor) -> (batch, ..., time)
    part      : network -> the part that is run
    """

    source: str
    kind: str
    network: str
    config: str
    extractor: str
    span: Callable[[Any, Any], tuple[int, int | None]]
    in_time: Callable[[Tensor, int, Any, Any], Tensor]
    options: Mapping[str, Any] = field(default_factory=dict)
    heard_as: Mapping[str, Any] = field(default_factory=dict)
    part: Callable[[nn.Module], nn.Module] = lambda network: network

    def random(self, seed: int, device: str) -> Ready:
        """Return the published architecture with random weights, as transformers draws them."""
        library = transformers()
        config = getattr(library, self.config)(**self.options)
        extractor = getattr(library, self.extractor)(**self.heard_as)
        return self.drawn(config, extractor, seed, device)

    def drawn(self, config: Any, extractor: Any, seed: int, device: str = "cpu") -> Ready:
        """Return a network of any config with random weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = getattr(transformers(), self.network)(config)
        return self._ready(network, extractor, device, random_record(self.source, seed))

    def load(self, weights: str | None, download: bool, device: str) -> Ready:
        """Return the network with the weights of a folder or repository; nothing in them is run.

        raises : ModelError naming the folder and what does not fit
        """
        library = transformers()
        found = cache.find(self.source, weights, download)
        (file, *_) = files = cache.weight_files(found.folder)
        given: dict[str, Any] = {"local_files_only": True}
        with quiet(library):
            try:
                self._check(found.folder)
                config = getattr(library, self.config).from_pretrained(found.folder, **given)
                extractor = getattr(library, self.extractor).from_pretrained(found.folder, **given)
                given |= {"use_safetensors": file.suffix == ".safetensors", "weights_only": True}
                network, report = getattr(library, self.network).from_pretrained(
                    found.folder, config=config, dtype=torch.float32, output_loading_info=True, **given
                )
            except ModelError:
                raise
            except Exception as error:  # of damaged files, nearly any
                reason = str(error).strip().split("\n")[0]
                raise ModelError(
                    f"{found.folder} cannot be loaded as {self.network} ({type(error).__name__}: {reason}). "
                    "Nothing in it was run. Download its files again."
                ) from None
        _check_complete(found, report["missing_keys"], self.network)
        record = {"weights": weights or self.source, "random": False, "revision": found.revision}
        record["sha256"] = ", ".join(digest_of(each) for each in files)
        return self._ready(network, extractor, device, record)

    def _check(self, folder: Path) -> None:
        kind = json.loads((folder / cache.CONFIG).read_text(encoding="utf-8")).get("model_type")
        if kind != self.kind:
            raise ModelError(
                f"{folder / cache.CONFIG} has model_type {kind!r}; expected {self.kind!r}. Name another "
                "folder or repository, or another --model."
            )

    def _ready(self, network: nn.Module, extractor: Any, device: str, record: Mapping[str, Any]) -> Ready:
        config = network.config
        running = self.part(network).eval().to(device)

        @torch.no_grad()
        def activations(waveforms: np.ndarray) -> dict[str, Tensor]:
            rate = extractor.sampling_rate
            heard = extractor(list(waveforms), sampling_rate=rate, return_tensors="pt")
            states = running(
                heard[extractor.model_input_names[0]].to(device), output_hidden_states=True
            ).hidden_states
            names = ["embedding", *(f"block{number + 1}" for number in range(len(states) - 1))]
            samples = waveforms.shape[1]
            return {
                name: self.in_time(state, samples, config, extractor)
                for name, state in zip(names, states, strict=True)
            }

        return Ready(extractor.sampling_rate, *self.span(config, extractor), activations, record)


def _check_complete(found: cache.Found, missing: Any, network: str) -> None:
    absent = sorted(name for name in missing if name.rpartition(".")[2] not in UNUSED)
    if absent:
        raise ModelError(
            f"{found.folder} lacks {len(absent)} tensors of {network}, such as {absent[0]!r}; they would be "
            "random. Name a folder with the whole model."
        )
