"""The presets of the task `where` can be read, and their networks hear."""

import pytest

from heschl.check.sections import check_sections
from heschl.network.hearing import Hearing
from heschl.params import load_all
from heschl.presets import find, lay_over
from heschl.search.cost import cost_of
from heschl.search.training import parsed
from tests.helpers.trainings import ROOT


@pytest.mark.parametrize(
    ("names", "shape", "macs"),
    [(["where"], (4, 57, 100), 2.35e7), (["recordings", "where-published"], (2, 50, 10000), 9.3e10)],
)
def test_a_preset_can_be_read_and_its_network_be_built(names, shape, macs, tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text(lay_over(ROOT / "params.yaml", *(find(name) for name in names)))
    values = load_all(file)
    params, found = check_sections(values, file)
    assert [each.state for each in found] == ["ok"]
    sections = parsed(values, params["machine"])
    elevations, azimuths = params["rooms"].directions.elevations, params["rooms"].directions.azimuths
    labels = {"word": ["a", "b"], "genre": ["x", "y"], "where": ["d"] * (len(elevations) * azimuths)}
    hearing = Hearing(sections, labels, allocate=False)
    assert hearing.ear.shape == shape
    classes = {task: len(names) for task, names in labels.items()}
    assert cost_of(sections.network, classes, hearing.ear.shape).macs == pytest.approx(macs, rel=0.2)
