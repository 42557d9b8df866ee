"""The section on what holds in every training."""

from dataclasses import replace

from heschl.report import page
from heschl.report.results import read_replicate
from tests.helpers import replicate_tables
from tests.helpers.report_page import words


def test_one_training_is_called_so(html):
    said = words(html)
    assert "This page shows one training." in said
    assert "This is one training: another seed or processor gives other numbers." in said
    assert "draw no conclusion from it alone" in said
    assert "claims hold in all" not in said


def test_claims_are_made_only_where_they_hold_in_all(read, tmp_path):
    replicate_tables.write(tmp_path, seeds=[1, 4, 9])
    said = words(page.render(replace(read, replicate=read_replicate(tmp_path))))
    assert "3 trainings on the same data, which differ only in their random seed (1, 4, 9;" in said
    assert "Over 3 trainings with different seeds: word accuracy, clean 70 % to 72 %." in said
    assert "1 of 3 claims hold in all of them." in said
    holds, _, doubtful = said.partition("Do not claim")
    assert "The word in clean clips is named above chance." in holds
    assert "Backgrounds are ranked in a similar order: only in 1." in doubtful
    assert "Backgrounds are ranked in the opposite order: in none." in doubtful
    assert "word accuracy, clean70 % to 72 %70 %71 %72 %" in doubtful
    assert "correlation0.80 to 0.820.800.810.82" in doubtful
    assert "word read outword.fc5word.readoutword.fc5" in doubtful
