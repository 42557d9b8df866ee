"""The network is compared with published and local listeners, as far as they are comparable."""

import pandas as pd

from heschl.report import page
from heschl.report.sections import headline, listeners
from heschl.report.text import listeners as text
from tests.helpers.report_page import Page, changed, people, rows_of, words


def sentence_of(read):
    said = headline.sentence(read.network.labels, read.behavior.metrics, read.listeners)
    return " ".join(said.split())


def test_published_listeners_stand_beside_the_network_with_what_compares(read, full):
    text, html = words(full), full
    assert sentence_of(people(read, "published", "word")).endswith(
        "Its word accuracy correlates with that of 44 published listeners (r = 0.83 over 5 conditions); the "
        "order of the backgrounds cannot be told (rank correlation of the backgrounds \u22120.70)."
    )
    assert "They chose among about 800 words, this network among 3, so guesses are more often right." in text
    assert (
        "Accuracies, and with them the rmse, are not comparable; the order of the backgrounds and the shape "
        "of the curves are." in text
    )
    assert "Saddler & McDermott 2024" in text
    assert "synthetic speech" in text
    assert "heschl experiment" not in text
    assert rows_of(html, "Thresholds of the word")[0][1:] == [
        "\u22122\u202fdB (1) \u22123 to \u22121\u202fdB",
        *["+1\u202fdB (2) 0 to +2\u202fdB"] * 2,
    ]
    rows = rows_of(html, "Agreement with published listeners on the word")
    numbers = {name: value for name, value, _ in rows}
    about = {name: said for name, _, said in rows}
    assert about["rmse"] == "absolute level: not meaningful, the vocabularies differ"
    assert numbers["r"] == "0.83 0.70 to 0.90"
    assert numbers["rmse"].strip() == "0.12"
    assert numbers["reliability: network"] == "\u2013"
    panels = [
        attrs["aria-label"]
        for attrs in Page(html).figures()
        if "published listeners from 50" in attrs["aria-label"]
    ]
    assert len(panels) == 2


def test_normalized_measures_stand_beside_what_they_compare(read):
    found = people(read, "published", "word")
    numbers = found.listeners.metrics["published"]["word"]
    numbers |= {"rmse_relative": 0.1, "rmse_relative_low": 0.08, "rmse_relative_high": 0.13}
    numbers |= {"r_dprime": 0.7, "rmse_dprime": 1.5, "thresholds_rho": 0.9}
    numbers |= {"thresholds_outside_listeners": 0, "thresholds_outside_network": 2}
    ends = ("", "_low", "_high")
    columns = [f"{side}{end}" for side in ("listeners", "network") for end in ends]
    curve = pd.DataFrame(
        [("published", "word", "scene", snr, *(0.5, 0.4, 0.6) * 2) for snr in (-3.0, 3.0)],
        columns=["group", "task", "background", "snr_db", *columns],
    )
    found = changed(found, listeners={"comparisons": {"relative": curve}})
    shown = listeners.content({"word": [*"abc"]}, found.behavior, found.listeners, synthetic=False)
    assert len(shown.figures["word_published_relative"].values) == 2
    html = page.body(page.environment(), "listeners", shown)
    rows = rows_of(html, "Agreement with published listeners on the word")
    said = {name: (value, about) for name, value, about in rows}
    assert said["relative accuracy, rmse"] == ("0.10 0.08 to 0.13", "shape: the fall from quiet to chance")
    assert said["d\u2032, rmse"][0] == "1.50"
    assert said["order of thresholds, \u03c1"] == (
        "0.90", "order, by threshold (2 of this network\u2019s beyond the tested SNRs)",
    )  # fmt: skip
    alts = [attrs["aria-label"] for attrs in Page(html).figures()]
    assert (
        "Accuracy relative to clean clips against SNR, auditory scene: this network and published listeners."
        in alts
    )


def test_a_network_of_such_a_vocabulary_compares():
    assert "vocabularies are of similar size" in text.comparable(800, 793, "word")
    assert "guesses are less often right" in text.comparable(800, 5000, "word")


def test_own_listeners_stand_beside_the_network_error_by_error(full):
    text, html = words(full), full
    assert "that of 44 local listeners" in text  # rather than published ones, of other clips
    assert "1 more was excluded by the attention checks" in text
    assert "accuracies are comparable, condition by condition and clip by clip" in text
    assert "the wrong answers of network and listeners correlate at r = 0.31 (0.20 to 0.42)" in text
    assert rows_of(html, "Clip by clip on the word") == [
        ["clips, within conditions", "rank of the true label", "0.31 0.20 to 0.42", "\u2013", "77"]
    ]
    alts = [attrs["aria-label"] for attrs in Page(html).figures()]
    assert (
        "Error consistency. network-person, all conditions: 0.40; network-person, within conditions: 0.20."
        in alts
    )
    assert any(alt.startswith("Confusions of local listeners.") for alt in alts)
    assert html.index("Local listeners: words") < html.index("Published listeners: words")


def test_too_few_listeners_keep_their_means_and_nothing_else(read):
    nan = float("nan")
    few = dict.fromkeys(("r", "r_low", "r_high", "rmse", "backgrounds_rho"), nan)
    found = people(read, "own", "word")
    numbers = found.listeners.metrics["own"]["word"] | few
    numbers |= {"enough": False, "trials": 2, "participants": 1, "threshold": {}}
    numbers |= {"fewest_listeners": 5, "fewest_trials": 10}
    both = people(found, "published", "word")
    metrics = {**both.listeners.metrics, "own": {"word": numbers}}
    both = changed(both, listeners={"metrics": metrics})
    assert "44 published listeners" in sentence_of(both)
    html = page.render(both)
    assert "only means are shown" in words(html)
    assert "Agreement with published listeners on the word" in html
    assert "Agreement with local listeners on the word" not in html
