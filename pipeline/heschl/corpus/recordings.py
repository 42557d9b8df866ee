"""A folder of recordings -> the four tables of a corpus; each recording is decoded once.

The folder holds words.csv, music.csv, scenes.csv and talkers.csv, which list recordings below it. A symbolic
link in it may lead anywhere (DVC and git-annex keep their files behind links); a path in a table may not.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl import audio
from heschl.audio import Sound
from heschl.corpus.categories import as_categories, concatenated
from heschl.corpus.conversion import Recording, convert, wav_name
from heschl.corpus.equal import merge_equal
from heschl.corpus.files import locate_all
from heschl.corpus.listings import SHOWN, problem_list, read_listings
from heschl.corpus.source import CorpusSource, SourceParams, Tables
from heschl.corpus.tables import LABEL, QUARANTINE, CorpusError
from heschl.parallel import parallel_results

log = logging.getLogger(__name__)


def make(params: SourceParams, out: Path, sound: Sound) -> tuple[Tables, pd.DataFrame]:
    """Read the listings of `corpus.folder` and convert what they list; see `convert_all`."""
    shutil.rmtree(out / "audio", ignore_errors=True)  # of a run that failed: its recordings may be withdrawn
    listings = read_listings(params.folder)
    return convert_all(params.folder, listings, out / "audio", sound.sample_rate, params.bad_file_budget)


def convert_all(
    folder: str | Path,
    tables: Mapping[str, pd.DataFrame],
    audio_folder: str | Path,
    sample_rate: int,
    bad_file_budget: float,
    listed: bool = True,
) -> tuple[Tables, pd.DataFrame]:
    """Convert every recording once to a mono 16-bit wav file at `sample_rate`, in parallel processes.

    The mean over time is removed (an offset is inaudible, but adds to the rms). A recording that then exceeds
    full scale is attenuated as a whole, not clipped: levels are set later, in the mixture.

    tables          : as `read_listings` returns them
    audio_folder    : gets <table>/<name>.wav; a recording in several tables goes to the first of them
    sample_rate     : Hz
    bad_file_budget : share of the files, 0 to 1, that may have a row that cannot be used
    listed          : whether csv files of the user list the recordings, who can then correct their rows; else
                      equal sounds with two labels are left out, and are no error
    returns         : the tables, with `file` relative to the parent of `audio_folder` and `end_s` at most its
                      length; the rows left out, with columns QUARANTINE, `row` being the row of the csv file
    raises          : CorpusError if more files than the budget cannot be used, or no row of a table can be
    """
    tables = {name: as_categories(table) for name, table in tables.items()}
    rows = _located(Path(folder), tables)
    _check_budget(rows, bad_file_budget, listed)  # before hours of decoding in the wrong folder
    _convert_rows(rows, Path(folder), Path(audio_folder), sample_rate)
    _check_budget(rows, bad_file_budget, listed)
    merge_equal(rows, tables, Path(audio_folder).parent, listed)
    usable = {
        name: _usable(name, table, rows[rows["table"] == name], listed) for name, table in tables.items()
    }
    bad = rows.loc[rows["reason"] != "", list(QUARANTINE)].reset_index(drop=True)
    return usable, bad.astype({"table": "str", "file": "str"})


def _located(folder: Path, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all tables: table, row, file, start_s, end_s, path and reason; see `locate`.

    Texts that rows have in common are categories, which take less memory.
    """
    parts = [
        table[["start_s", "end_s"]].assign(table=pd.Categorical([name] * len(table), tables), row=table.index)
        for name, table in tables.items()
    ]
    rows = pd.concat(parts, ignore_index=True)
    codes, files = pd.factorize(concatenated(table["file"] for table in tables.values()))
    codes, files = codes.astype(np.int32), files.astype("str")
    places = locate_all(folder, files.tolist())
    paths, reasons = zip(*(places[file] for file in files), strict=True)
    return rows.assign(
        file=pd.Categorical.from_codes(codes, files),
        path=_shared(codes, paths),
        reason=np.array(reasons, object)[codes],
    )


def _shared(codes: np.ndarray, texts: Sequence[str]) -> pd.Categorical:
    """Return a column of texts, of which each row has one by its number in `codes`; "" for -1."""
    numbers, names = pd.factorize(np.array(["", *texts], object))
    return pd.Categorical.from_codes(numbers[codes + 1], pd.Index(names, dtype="str"))


class _Recordings(Sequence[Recording]):
    """The recordings that rows list, each made when it is asked for, in the order of the hash in their names.

    The order keeps long songs from going to one process.

    rows : as `_located` returns them
    wavs : their wav files, relative to the parent of the folder of audio
    """

    def __init__(self, rows: pd.DataFrame, folder: Path, audio_folder: Path):
        good = np.flatnonzero(rows["reason"] == "")
        codes, paths = pd.factorize(rows["path"].array[good])
        places = good[np.argsort(codes, kind="stable")]
        own = np.split(places, np.cumsum(np.bincount(codes))[:-1]) if len(good) else []
        kinds = rows["table"].array[[each[0] for each in own]]
        wavs = [
            f"{audio_folder.name}/{kind}/{wav_name(path)}" for kind, path in zip(kinds, paths, strict=True)
        ]
        order = sorted(range(len(wavs)), key=lambda number: wavs[number][-16:])
        self.paths, self.places = [paths[each] for each in order], [own[each] for each in order]
        self.wavs = [wavs[each] for each in order]
        self._folder, self._out = folder, audio_folder.parent
        self._spans = rows["start_s"].to_numpy(), rows["end_s"].to_numpy()

    def __len__(self) -> int:
        return len(self.wavs)

    def __getitem__(self, number: Any) -> Recording:
        starts_s, ends_s = (values[self.places[number]].tolist() for values in self._spans)
        stretches = tuple(zip(starts_s, ends_s, strict=True))
        return Recording(self._folder / self.paths[number], self._out / self.wavs[number], stretches)


def _convert_rows(rows: pd.DataFrame, folder: Path, audio_folder: Path, sample_rate: int) -> None:
    """Convert the recordings that `rows` list; fill in the columns `wav`, `digest`, `end_s` and `reason`."""
    recordings = _Recordings(rows, folder, audio_folder)
    outcomes = parallel_results(partial(convert, sample_rate=sample_rate), recordings, "recordings", [folder])
    numbers = np.full(len(rows), -1, np.int32)  # of the recording of each row
    ends_s, reasons = rows["end_s"].to_numpy(copy=True), rows["reason"].to_numpy(object, copy=True)
    digests, peaks, notes = [], [], []
    for number, (places, outcome) in enumerate(zip(recordings.places, outcomes, strict=True)):
        numbers[places], ends_s[places], reasons[places] = number, outcome.ends_s, outcome.reasons
        digests.append(outcome.digest)
        peaks.append(outcome.peak)
        notes += [f"{folder / recordings.paths[number]}: {note}" for note in outcome.notes]
    rows["wav"], rows["digest"] = _shared(numbers, recordings.wavs), _shared(numbers, digests)
    rows["end_s"], rows["reason"] = ends_s, reasons
    _warn_of_peaks(peaks)
    if notes:
        head = f"{len(notes)} of {len(peaks)} recordings are used, but look at them:"
        log.warning(problem_list(head, notes, "Make them again where something is missing."))


def _warn_of_peaks(peaks: list[float]) -> None:
    loud = [peak for peak in peaks if peak > 1]
    if loud:
        log.warning(
            "%d of %d recordings exceeded full scale and were attenuated, by at most %.1f dB",
            len(loud),
            len(peaks),
            audio.db(max(loud)),
        )


def _check_budget(rows: pd.DataFrame, budget: float, listed: bool) -> None:
    bad = rows[rows["reason"] != ""]
    count, total = bad["file"].nunique(), rows["file"].nunique()
    if count / total > budget:
        head = (
            f"{count} of {total} files ({count / total:.1%}) cannot be used; corpus.bad_file_budget allows "
            f"{budget:.1%}:"
        )
        shown = bad.head(SHOWN).itertuples()
        places = [(f"{row.table}.csv, row {row.row}, " if listed else "", row) for row in shown]
        problems = [f"{place}{row.file}: {row.reason}" for place, row in places]
        change = "Correct them, remove their rows," if listed else "Unpack or download them again,"
        remedy = f"{change} or raise corpus.bad_file_budget."
        raise CorpusError(problem_list(head, problems, remedy, len(bad)))


def _usable(name: str, table: pd.DataFrame, rows: pd.DataFrame, listed: bool) -> pd.DataFrame:
    """Return the rows of a table that can be used, with their wav files."""
    good = (rows["reason"] == "").to_numpy()
    if not good.any():
        raise CorpusError(
            f"{name}{'.csv' if listed else ''}: none of its {len(table)} rows can be used; the first is "
            f"{rows['reason'].iloc[0]}. Correct corpus.folder{' or the column `file`' if listed else ''}."
        )
    label = LABEL[name]
    lost = sorted(set(table[label].unique()) - set(table[label][good].unique())) if label else []
    if lost:
        log.warning("%s: no recording of %s can be used", f"{name}.csv" if listed else name, ", ".join(lost))
    converted = table.assign(file=rows["wav"].array, end_s=rows["end_s"].to_numpy())
    return converted[good].reset_index(drop=True)


RECORDINGS = CorpusSource(
    name="recordings",
    make=make,
    programs=("soundfile", "scipy"),
    text="Recordings from the folder {folder}.",
)
