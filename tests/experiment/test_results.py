import errno
import os

import pytest

from heschl.experiment.results import TableError, save
from tests.helpers.listening import ROW, TABLE


def test_at_most_999_tables_have_the_same_name(tmp_path):
    for number in range(1, 1000):
        (tmp_path / ("p1.csv" if number == 1 else f"p1-{number}.csv")).touch()
    with pytest.raises(TableError, match="999 tables of 'p1'"):
        save(TABLE, tmp_path)


def test_tables_are_saved_without_hard_links(tmp_path, monkeypatch):
    def link(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    other = TABLE + ROW.replace(b"1,test", b"1,test2")
    assert [save(table, tmp_path).name for table in (TABLE, TABLE, other)] == ["p1.csv", "p1.csv", "p1-2.csv"]
    assert [(tmp_path / name).read_bytes() for name in sorted(os.listdir(tmp_path))] == [other, TABLE]
