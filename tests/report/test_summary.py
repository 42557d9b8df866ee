import json
import math

from heschl.report import summary
from heschl.report.summary import MOST

BEHAVIOR = {
    "summary": {"genre_clean": 0.8, "genre_at_-3dB": 0.7, "word_clean": 0.75, "word_at_2.5dB": 0.5},
    "threshold": {
        "genre": {"babble": {"threshold_db": None}},
        "word": {"babble": {"threshold_db": -4.0}, "music": {"threshold_db": -1.0}},
    },
    "control": {"word_silenced": {"top1": 0.05}},
    "listeners": {
        "published": {"word": {"r": 0.7, "rmse": 0.1, "rmse_relative": 0.2, "thresholds_rho": 0.9}}
    },
}
DECODE = {"best": {"speaker": {"value": 0.5}, "word": {"value": 0.4}}}
ENCODE = {"best": {"all": {"network": {"r2": 0.9}, "untrained": {"r2": math.nan}}}}


def test_the_names_are_plain_and_the_task_of_words_comes_first():
    assert list(summary.summary(BEHAVIOR, DECODE, ENCODE).items()) == [
        ("word_clean", 0.75),
        ("word_at_+2.5_dB", 0.5),
        ("genre_clean", 0.8),
        ("genre_at_-3_dB", 0.7),
        ("word_threshold_dB", -2.5),
        ("word_r_published", 0.7),
        ("word_rmse_relative_published", 0.2),
        ("word_thresholds_rho_published", 0.9),
        ("word_silenced", 0.05),
        ("encode", 0.9),
        ("decode_word", 0.4),
        ("decode_speaker", 0.5),
    ]


def test_there_are_at_most_15_values():
    best = {f"readout{n}": {"value": n / 40} for n in range(40)}
    assert len(summary.summary(BEHAVIOR, {"best": best}, ENCODE)) == MOST == 15


def test_results_without_noise_listeners_or_responses():
    bare = {"summary": {"word_clean": 0.75}, "threshold": {}, "control": {}, "listeners": {}}
    assert summary.summary(bare, {}, {}) == {"word_clean": 0.75}


def test_the_summary_of_a_page_is_written(read, tmp_path):
    path = summary.write(tmp_path, read)
    values = json.loads(path.read_text())
    assert (path.name, values["word_clean"], values["word_at_+3_dB"]) == ("summary.json", 0.784, 0.52)
    assert len(values) <= MOST
