import numpy as np
import pytest
import torch

from heschl.network.hearing import label_probabilities
from heschl.network.saved import load_network
from heschl.recognize.recognizer import BATCH, Recognizer, null_probability, ranked
from tests.helpers.recognition import RATE, made, noise


def test_answers_equal_those_of_the_network(network, write, sound):
    waveform = noise(round((BATCH + 2.5) * RATE))
    waveform[3 * RATE : 4 * RATE] = 0
    path = write("a.wav", waveform, subtype="FLOAT")
    batches = list(Recognizer(network, top=2).answers(path))
    assert [len(batch) for batch in batches] == [BATCH, 3]
    answers = [answer for batch in batches for answer in batch]
    assert [answer.start_s for answer in answers] == [*range(BATCH + 2), BATCH + 1.5]
    assert answers[3][3:] == ({}, {}, "silent")
    hearing = load_network(network)
    for answer in answers[:3] + answers[4:]:
        start = round(answer.start_s * RATE)
        with torch.no_grad():
            logits = {
                task: row[0].double()
                for task, row in hearing(torch.from_numpy(waveform[None, start : start + RATE])).items()
            }
        assert [label for label, _ in answer.tasks["genre"]] == [
            ("bass", "flute")[i] for i in logits["genre"][:2].argsort(descending=True)
        ]
        assert answer.tasks["genre"][0][1] == pytest.approx(
            logits["genre"][:2].softmax(0).max().item(), abs=1e-4
        )
        assert answer.null == {
            "word": pytest.approx(logits["word"].softmax(0)[0].item(), abs=1e-4),
            "genre": pytest.approx(logits["genre"].softmax(0)[2].item(), abs=1e-4),
        }
        assert len(answer.tasks["place"]) == 2


def test_probabilities_by_hand():
    logits, labels = torch.log(torch.tensor([[0.5, 0.1, 0.4]])), ["__other__", "a", "b"]
    (shares,) = label_probabilities(logits, labels)
    assert ranked(shares, ["a", "b"], 5) == [("b", pytest.approx(0.8)), ("a", pytest.approx(0.2))]
    assert ranked(torch.tensor([0.25, 0.5, 0.25]), ["a", "b", "c"], 2) == [("b", 0.5), ("a", 0.25)]
    assert null_probability(logits, labels).tolist() == pytest.approx([0.5])
    assert null_probability(logits, ["__x__", "__y__", "b"]).tolist() == pytest.approx([0.6])
    (shares,) = label_probabilities(logits, ["__x__", "__y__", "__z__"])
    assert ranked(shares, [], 5) == []


def test_null_class_without_examples_is_not_reported(tmp_path, sound):
    assert Recognizer(made(tmp_path / "n", sound)).nulls == ["word", "genre"]
    assert Recognizer(made(tmp_path / "m", sound, other_clips="masked")).nulls == []


def test_samples_beyond_the_range_of_the_network_have_no_answer(network, write):
    ((answer,),) = Recognizer(network).answers(
        write("a.wav", noise(RATE) * np.float32(1e38), subtype="FLOAT")
    )
    assert (answer.tasks, answer.note) == ({}, "not finite")
