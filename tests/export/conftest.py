import pytest
import torch

from heschl.network.hearing import Hearing, HearingParams
from heschl.network.saved import config_of, save_network
from tests.helpers.trainings import EAR, network_of

LABELS = {"word": ["harbor", "harvest", "__null__"], "genre": ["jazz", "rock", "__speech__"]}


@pytest.fixture(scope="session")
def hearing(sound):
    """A network whose normalization has seen sound."""
    torch.manual_seed(1)
    params = HearingParams(sound, EAR, network_of("norm0", "conv1", "norm1", "pool1"))
    made = Hearing(params, LABELS)
    with torch.no_grad():
        made.train()(0.1 * torch.randn(4, sound.samples))
    return made.eval()


@pytest.fixture
def saved(hearing, tmp_path):
    """The folder of that network."""
    sections = {name: getattr(hearing.params, name) for name in ("sound", "cochleagram", "network")}
    folder = tmp_path / "saved"
    save_network(folder, hearing.network.state_dict(), config_of(sections, LABELS), [{"epoch": 1.0}], "")
    return folder
