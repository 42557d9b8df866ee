"""A folder of recordings -> the four tables of a corpus; each recording is decoded once.

The folder holds words.csv, music.csv, scenes.csv and talkers.csv, which list recordings below it. A symbolic
link in it may lead anywhere (DVC and git-annex keep their files behind links); a path in a table may not.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from heschl import audio
from heschl.audio import Sound
from heschl.corpus.conversion import Outcome, Recording, convert, wav_name
from heschl.corpus.equal import merge_equal
from heschl.corpus.files import locate_all
from heschl.corpus.listings import SHOWN, problem_list, read_listings
from heschl.corpus.source import CorpusSource, SourceParams, Tables
from heschl.corpus.tables import LABEL, QUARANTINE, CorpusError
from heschl.parallel import parallel_map

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
        table[["file", "start_s", "end_s"]].assign(table=name, row=table.index)
        for name, table in tables.items()
    ]
    rows = pd.concat(parts, ignore_index=True)
    codes, files = pd.factorize(rows["file"])
    places = locate_all(folder, files.tolist())
    paths, reasons = zip(*(places[file] for file in files), strict=True)
    return rows.assign(
        table=pd.Categorical(rows["table"]),
        file=pd.Categorical.from_codes(codes, files),
        path=_shared(codes, paths),
        reason=np.array(reasons, object)[codes],
    )


def _shared(codes: np.ndarray, texts: Sequence[str]) -> pd.Categorical:
    """Return a column of texts, of which each row has one by its number in `codes`; "" for -1."""
    numbers, names = pd.factorize(np.array(["", *texts], object))
    return pd.Categorical.from_codes(numbers[codes + 1], pd.Index(names, dtype="str"))


def _convert_rows(rows: pd.DataFrame, folder: Path, audio_folder: Path, sample_rate: int) -> None:
    """Convert the recordings that `rows` list; fill in the columns `wav`, `digest`, `end_s` and `reason`."""
    work: list[tuple[Recording, np.ndarray]] = []
    for path, group in rows[rows["reason"] == ""].groupby("path", sort=False):
        stretches = tuple(zip(group["start_s"], group["end_s"], strict=True))
        wav = audio_folder / group["table"].iloc[0] / wav_name(path)
        work.append((Recording(folder / path, wav, stretches), group.index.to_numpy()))
    work.sort(key=lambda pair: pair[0].wav.name[-16:])  # by hash, so that no process gets all the long songs
    recordings = [recording for recording, _ in work]
    outcomes = parallel_map(partial(convert, sample_rate=sample_rate), recordings, "recordings", [folder])
    numbers = np.full(len(rows), -1)  # of the recording of each row
    ends_s, reasons = rows["end_s"].to_numpy(copy=True), rows["reason"].to_numpy(object, copy=True)
    for number, ((_, places), outcome) in enumerate(zip(work, outcomes, strict=True)):
        numbers[places], ends_s[places], reasons[places] = number, outcome.ends_s, outcome.reasons
    wavs = [recording.wav.relative_to(audio_folder.parent).as_posix() for recording in recordings]
    rows["wav"], rows["digest"] = _shared(numbers, wavs), _shared(numbers, [each.digest for each in outcomes])
    rows["end_s"], rows["reason"] = ends_s, reasons
    _warn_of_peaks(outcomes)
    _warn_of_notes(recordings, outcomes)


def _warn_of_notes(recordings: list[Recording], outcomes: list[Outcome]) -> None:
    notes = [
        f"{recording.path}: {note}"
        for recording, outcome in zip(recordings, outcomes, strict=True)
        for note in outcome.notes
    ]
    if notes:
        head = f"{len(notes)} of {len(outcomes)} recordings are used, but look at them:"
        log.warning(problem_list(head, notes, "Make them again where something is missing."))


def _warn_of_peaks(outcomes: list[Outcome]) -> None:
    peaks = [outcome.peak for outcome in outcomes if outcome.peak > 1]
    if peaks:
        log.warning(
            "%d of %d recordings exceeded full scale and were attenuated, by at most %.1f dB",
            len(peaks),
            len(outcomes),
            audio.db(max(peaks)),
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
    lost = sorted(set(table[label]) - set(table[label][good])) if label else []
    if lost:
        log.warning("%s: no recording of %s can be used", f"{name}.csv" if listed else name, ", ".join(lost))
    converted = table.assign(file=rows["wav"].astype("str").array, end_s=rows["end_s"].to_numpy())
    return converted[good].reset_index(drop=True)


RECORDINGS = CorpusSource(
    name="recordings",
    make=make,
    programs=("soundfile", "scipy"),
    text="Recordings from the folder {folder}.",
)
