"""The card: its figures are those of the files, and what limits the network stands where it is seen."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from heschl import pretrained
from heschl.behavior.agreement import MEASURES
from heschl.params import load_all
from heschl.release import card
from heschl.release.sources import read
from heschl.report.text.words import background, decibel
from tests.helpers import replicate_tables
from tests.helpers.releases import KINDS, LEVELS, encode

VALUE = re.compile(r"−?[\d.]+")


@pytest.fixture
def release(project):
    config = json.loads((project / "models/network/config.json").read_text())
    return card.Release(
        name="tiny-words",
        config=config,
        bytes=12345,
        bits=32,
        params=load_all(project / "params.yaml"),
        provenance=json.loads((project / "data/corpus/provenance.json").read_text()),
        sources=read(project / "sources.csv"),
        metrics=project / "metrics",
    )


def section(text, heading):
    """Return the text below a heading, up to the next one."""
    part = text[text.index(f"\n{heading}\n") + len(heading) + 2 :]
    return re.split(r"\n##+ ", part)[0]


def table(text, heading, last=None):
    """Return the rows below a heading, {first cell: others}, and the header, whose last cell is `last`."""
    tables = re.findall(r"(?m)(?:^\|.*\n)+", section(text, heading) + "\n")
    parsed = [
        [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines.splitlines()]
        for lines in tables
    ]
    ((header, _, *rows),) = [rows for rows in parsed if last in (None, rows[0][-1])]
    return {row[0]: row[1:] for row in rows}, header[1:]


def numbers(cell):
    """Return a value and the ends of its interval from "76.1 % (70 % to 80.5 %)"."""
    return [float(value.replace("−", "-")) for value in VALUE.findall(cell)]


def ends(found, name, value=None):
    return [found[value or name], found[f"{name}_low"], found[f"{name}_high"]]


@pytest.mark.parametrize("task", ["word", "genre"])
def test_accuracies_are_those_of_the_file(release, task):
    text, found = card.render(release), json.loads((release.metrics / "behavior.json").read_text())
    rows, levels = table(text, f"### {task.capitalize()}", decibel(LEVELS[-1]))
    assert [numbers(level)[0] for level in levels] == list(LEVELS)
    assert set(rows) == {background(kind) for kind in KINDS}
    cells = [
        (f"{snr:g}", kind, rows[background(kind)][place])
        for kind in KINDS
        for place, snr in enumerate(LEVELS)
    ]
    for snr, kind, cell in cells:
        assert numbers(cell) == pytest.approx(percents(found[task][kind][snr]), abs=0.051)
    clean = re.search(r"when clean: (.*\)) of 40 clips", section(text, f"### {task.capitalize()}"))[1]
    assert numbers(clean) == pytest.approx(percents(found[task]["clean"]), abs=0.051)


def percents(found):
    return [100 * value for value in ends(found, "top1")]


@pytest.mark.parametrize("task", ["word", "genre"])
def test_thresholds_are_those_of_the_file(release, task):
    fits = pd.read_csv(release.metrics / "thresholds.csv")
    rows, _ = table(card.render(release), f"### {task.capitalize()}", "within the tested SNRs")
    fits = fits[fits.task == task].to_dict("records")
    assert len(rows) == len(fits) == len(KINDS)
    for row in fits:
        cell, tested = rows[background(row["background"])]
        assert numbers(cell) == pytest.approx(ends(row, "threshold", "threshold_db"), abs=0.051)
        assert tested == ("yes" if row["tested"] else "no")


def test_the_agreement_with_listeners_is_that_of_the_file(release):
    found = json.loads((release.metrics / "behavior.json").read_text())["listeners"]["published"]["word"]
    rows, _ = table(card.render(release), "### Beside 44 published listeners, word")
    shown = sorted(numbers(value) for value, _ in rows.values())
    known = [ends(found, name) for name in MEASURES if name in found]
    assert len(known) == 6
    assert shown == sorted([round(value, 2) for value in values] for values in known)
    assert numbers(rows["rmse"][0]) == pytest.approx(ends(found, "rmse"), abs=0.0051)


def test_the_control_and_the_summary_are_those_of_the_files(release):
    text, found = card.render(release), json.loads((release.metrics / "behavior.json").read_text())
    control = found["control"]["word_silenced"]
    said = re.search(r"Control \(word, silenced\): No leak seen: (\d+) % of 40 clips \((\d+)-(\d+) %\)", text)
    assert [int(each) for each in said.groups()] == [round(100 * value) for value in ends(control, "top1")]
    rows, _ = table(text, "### In brief")
    assert rows == {"word_clean": ["0.612"]}  # encode is of simulated responses


def test_brain_data_are_shown_if_they_are_real(release):
    assert "auditory cortex" not in card.render(release)
    about = encode(simulated=False)
    (release.metrics / "encode.json").write_text(json.dumps(about))
    text = card.render(release)
    assert "Raw r² in the best layer of each model (components, 165" in text
    rows, models = table(text, "### Beside auditory cortex", "modulation filters")
    assert models == ["this network", "untrained", "modulation filters"]
    for region, best in about["best"].items():
        for model, cell in zip(about["models"], rows[region], strict=True):
            expected = [best[model][name] for name in ("r2", "low", "high")]
            assert numbers(cell.split(",")[0]) == pytest.approx(expected, abs=0.0051)
    assert "| encode | 0.500 |" in text
    test = about["paired"]["speech"]["modulation"]
    rows, _ = table(text, "### Beside auditory cortex", "verdict on this network")
    assert numbers(rows["speech"][1]) == pytest.approx([test["difference"], test["low"], test["high"]])
    assert rows["speech"][0::2] == ["modulation filters", "0.030"]
    assert rows["speech"][3] == "better"


def first_paragraph(text):
    return text.split("\n\n")[1]


def test_sources_stand_in_the_card_and_noncommercial_ones_in_its_first_paragraph(release):
    text = card.render(release)
    assert "non-commercial use only" in first_paragraph(text)
    assert "songs \\| &lt;b&gt; (CC BY-NC-SA 3.0)." in first_paragraph(text)
    assert "CC BY 4.0" not in first_paragraph(text)
    for source in release.sources:
        assert all(card.cell(each) in text for each in source._replace(link=source.what))
        assert f"<{source.link}>" in text
    assert "| words | 12 | 12 | 0.5 | 3 | 2 | 1 | `ab12` |" in text
    free = card.render(replace(release, sources=release.sources[:1]))
    assert "commercial" not in free
    made = release.provenance | {"source": "synthetic"}
    synthetic = card.render(replace(release, provenance=made, sources=[]))
    assert "All sounds of its training are synthetic." in first_paragraph(synthetic)
    assert "made by" not in synthetic


def test_what_it_cannot_do_follows_from_data_and_metrics(release):
    limits = limits_of(card.render(release))
    assert "Running speech was not in its training" in limits
    assert "those of one training. Another seed" in limits
    assert "at chance" not in limits
    found = json.loads((release.metrics / "behavior.json").read_text())
    found["at_chance"]["genre"] |= {"at_chance": True, "sources": 1, "chance": 0.5}
    (release.metrics / "behavior.json").write_text(json.dumps(found))
    replicate_tables.write(release.metrics, seeds=[1, 2, 3])
    release.provenance["tables"]["words"]["files"] = 3
    text = card.render(release)
    limits = limits_of(text)
    assert "For the genre it is at chance on clean clips" in limits
    assert "All test clips of the genre have one source" in limits
    assert "Running speech" not in limits  # words are cut from longer recordings
    assert "one training. Another seed" not in limits
    rows, _ = table(text, "### Over 3 trainings")
    assert numbers(rows["word accuracy, clean"][0]) == [70, 72]


def test_places_on_the_machine_that_trained_are_not_in_the_card(release):
    release.params["corpus"]["folder"] = "/srv/lab/speech"
    release.provenance["text"] = "Recordings from /srv/lab/speech."
    text = card.render(release)
    assert "Recordings from corpus.folder." in text
    assert "/srv" not in text


def limits_of(text):
    return " ".join(section(text, "## What it cannot do").split())


def test_the_card_names_its_folder_everywhere_and_leaves_nothing_open(release):
    text = card.render(replace(release, bits=16, checked=99))
    assert f"heschl preset pipeline/heschl/pretrained/tiny-words/{pretrained.PARAMS}" in text
    assert "heschl release tiny-words --sources SOURCES --half" in text
    assert "rounded to 16 bits" in text
    assert "run again on the 99 test clips" in text
    assert not re.search(r"\{\{|\{%|None|nan\b", text)
    assert "\n\n\n" not in text
