"""A folder of one's own recordings -> the four tables of a corpus, each recording decoded once.

The folder holds words.csv, music.csv, scenes.csv and talkers.csv (UTF-8), which list recordings below it. A symbolic
link in it may lead anywhere (DVC and git-annex keep their files behind links); a name in a table may not.
"""

import csv
import hashlib
import logging
import math
import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pandas as pd

from pipeline import audio
from pipeline.corpus.tables import COLUMNS, LABEL, CorpusError
from pipeline.parallel import parallel_map

log = logging.getLogger(__name__)

QUARANTINE = ("table", "row", "file", "reason")
TOLERANCE_S = 0.05  # a row may end this long after its file: rounded times, the padding that mp3 and ogg lose
SILENCE = 1.0  # rms in steps of 16 bits below which nothing is left of a sound
RATES = (1_000, 768_000)  # Hz; a header that says otherwise is broken
PLAIN = {
    "struct incomplete": "its header gives a sample rate of 0",
    "too big": "its header gives no length: encode it again",
}
SHOWN = 10  # problems that an error lists

Listing = Callable[[Path], tuple[dict[str, str], dict[str, str]]]


@dataclass(frozen=True)
class Source:
    """One recording, the wav file to make of it and the stretches (start_s, end_s) that rows take from it."""

    path: Path
    wav: Path
    stretches: tuple[tuple[float, float], ...]


def read_tables(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the four csv files of a folder of recordings.

    returns : table name -> its COLUMNS, labels as text, times in s; the index `row` is the line in the csv file.
              Other columns of the csv are ignored.
    raises  : CorpusError naming the file, its lines and what to do
    """
    if not Path(folder).is_dir():
        raise CorpusError(
            f"corpus.folder is {str(folder)!r}, which is no folder; expected one with words.csv, music.csv, ..."
        )
    return {name: _read_table(Path(folder) / f"{name}.csv", columns) for name, columns in COLUMNS.items()}


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    (_, header), *records = _lines(path, columns)
    header = [name.strip() for name in header]
    wrong = [name for name in columns if header.count(name) != 1]
    if wrong:
        raise CorpusError(
            f"{path}: {wrong[0]} is not once in its first line {','.join(header)!r}; expected {','.join(columns)}."
        )
    if not records:
        raise CorpusError(f"{path}: has no rows. List at least one recording.")
    rows, seen, problems = {}, {}, []
    for line, cells in records:
        try:
            row = _row(header, cells, columns)
            first = seen.setdefault((_nfc(row[0]), *row[-2:]), line)
            if first != line:
                raise ValueError(
                    f"{row[0]} from {row[-2]} to {row[-1]} s is already listed in line {first}; remove one"
                )
            rows[line] = row
        except ValueError as error:
            problems.append(f"line {line}: {error}")
    if problems:
        raise CorpusError(
            _listed(
                f"{path}: {len(problems)} of {len(records)} rows cannot be used:",
                problems,
                "Correct or remove them.",
            )
        )
    return pd.DataFrame(list(rows.values()), columns=list(columns), index=pd.Index(rows, name="row"))


def _lines(path: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of every line that is not blank; the header is the first."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # spreadsheets put a mark before UTF-8
            reader = csv.reader(file, skipinitialspace=True, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except FileNotFoundError:
        raise CorpusError(f"{path} is missing. Write one with the columns {','.join(columns)}.") from None
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 ({error.reason} at byte {error.start}). Save it as CSV UTF-8."
        ) from None
    except csv.Error as error:
        raise CorpusError(
            f"{path}, line {reader.line_num}: {error}. Check the quotation marks there."
        ) from None
    if not lines:
        raise CorpusError(f"{path} is empty. Its first line must be {','.join(columns)}.")
    return lines


def _row(header: Sequence[str], cells: Sequence[str], columns: Sequence[str]) -> tuple:
    if len(cells) != len(header):
        raise ValueError(
            f"{len(cells)} values for {len(header)} columns; put quotation marks around a value that holds a comma"
        )
    record = dict(zip(header, cells, strict=True))
    file, start_s, end_s = _relative(record["file"]), _seconds(record, "start_s"), _seconds(record, "end_s")
    if not 0 <= start_s < end_s:
        raise ValueError(
            f"start_s is {start_s}, end_s {end_s}; expected 0 <= start_s < end_s, in seconds: are they swapped?"
        )
    return file, *(_label(record, name) for name in columns[1:-2]), start_s, end_s


def _relative(file: str) -> str:
    path = PurePosixPath(file)
    if not path.parts:
        raise ValueError(f"file is {file!r}; expected a path relative to the folder")
    if path.is_absolute() or PureWindowsPath(file).drive or ".." in path.parts:
        raise ValueError(
            f"file {file!r} leads out of the folder; put or link it inside, and write its path from there, without '..'"
        )
    return str(path)


def _label(record: Mapping[str, str], name: str) -> str:
    label = _nfc(record[name].strip())
    if not label:
        raise ValueError(f"{name} is empty")
    if label.startswith("__") or "|" in label:
        raise ValueError(
            f"{name} is {label!r}; '__' at the beginning and '|' have a meaning of their own: use another name"
        )
    return label


def _seconds(record: Mapping[str, str], name: str) -> float:
    try:
        seconds = float(record[name])
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError(f"{name} is {record[name]!r}; expected seconds, such as 1.25")
    return seconds


def convert(
    folder: str | Path,
    tables: Mapping[str, pd.DataFrame],
    audio_folder: str | Path,
    sample_rate: int,
    bad_file_budget: float,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Decode every recording once, to a mono 16-bit wav file at `sample_rate`, in parallel processes.

    The mean over time is taken away (an offset is inaudible, but counts in an rms), and a recording that then exceeds
    full scale is lowered as a whole, never clipped: levels are set later, in the mixture.
    tables          : as `read_tables` returns them
    audio_folder    : gets <table>/<name>.wav; a recording that several tables list lies with the first of them
    sample_rate     : Hz
    bad_file_budget : share of the files, 0 to 1, that may have an unusable row
    returns         : the tables, `file` relative to the parent of `audio_folder` and `end_s` at most its length;
                      the rows left out, with columns QUARANTINE, `row` being the line in the csv file
    raises          : CorpusError if more files than the budget are bad, or a table is left without rows
    """
    rows = _locate_all(Path(folder), tables)
    _check_budget(rows, bad_file_budget)  # before hours of decoding in the wrong folder
    _decode(rows, Path(folder), Path(audio_folder), sample_rate)
    _check_budget(rows, bad_file_budget)
    kept = {name: _kept(name, table, rows[rows["table"] == name]) for name, table in tables.items()}
    return kept, rows.loc[rows["reason"] != "", list(QUARANTINE)].reset_index(drop=True)


def _locate_all(folder: Path, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all tables below one another: table, row, file, start_s, end_s, path and reason (see `locate`)."""
    parts = [
        table[["file", "start_s", "end_s"]].assign(table=name, row=table.index)
        for name, table in tables.items()
    ]
    rows, listing = pd.concat(parts, ignore_index=True), cache(_listing)
    found = {file: locate(folder, file, listing) for file in dict.fromkeys(rows["file"])}
    return rows.assign(
        path=[found[file][0] for file in rows["file"]], reason=[found[file][1] for file in rows["file"]]
    )


def locate(folder: Path, file: str, listing: Listing) -> tuple[str, str]:
    """Return (the path of `file` below `folder` as it is on disk, ''), or (`file`, why it is unusable).

    A name matches in any Unicode form: é may be one code point in the table and two on disk.
    """
    found = folder
    for part in PurePosixPath(file).parts:
        if not os.path.exists(found / part):
            same, similar = listing(found)
            if _nfc(part) not in same:
                near, slash = similar.get(_folded(part)), "\\" in part
                hint = (
                    f"; there is {near!r}: mind capitals and spaces"
                    if near
                    else "; write / for \\"
                    if slash
                    else ""
                )
                return file, f"missing{hint}"
            part = same[_nfc(part)]
        found /= part
    if not os.path.exists(found):
        return (
            file,
            "missing: a link that leads nowhere (dvc checkout, dvc pull or git annex get may bring it)",
        )
    fault = "not a file" if not found.is_file() else "empty: 0 bytes" if found.stat().st_size == 0 else ""
    return (file, fault) if fault else (found.relative_to(folder).as_posix(), "")


def _listing(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return {_nfc(name): name for name in names}, {_folded(name): name for name in names}


def _decode(rows: pd.DataFrame, folder: Path, audio_folder: Path, sample_rate: int) -> None:
    """Convert what `rows` list; fill in their `wav`, `end_s` and `reason`."""
    rows["wav"] = ""
    indexed = []
    for path, group in rows[rows["reason"] == ""].groupby("path", sort=False):
        wav, stretches = (
            audio_folder / group["table"].iloc[0] / wav_name(path),
            zip(group["start_s"], group["end_s"], strict=True),
        )
        indexed.append((Source(folder / path, wav, tuple(stretches)), group.index))
    indexed.sort(key=lambda pair: pair[0].wav.name[-16:])  # by hash: no process gets all the long songs
    outcomes = parallel_map(
        partial(convert_source, sample_rate=sample_rate), [source for source, _ in indexed], "recordings"
    )
    done = [row for _, index in indexed for row in index]
    rows.loc[done, "wav"] = [
        source.wav.relative_to(audio_folder.parent).as_posix() for source, index in indexed for _ in index
    ]
    rows.loc[done, "end_s"] = [end for ends, _, _ in outcomes for end in ends]
    rows.loc[done, "reason"] = [reason for _, reasons, _ in outcomes for reason in reasons]
    lowered = [peak for _, _, peak in outcomes if peak > 1]
    if lowered:
        counts = len(lowered), len(outcomes)
        log.warning(
            "%d of %d recordings exceeded full scale: lowered, by at most %.1f dB",
            *counts,
            audio.db(max(lowered)),
        )


def wav_name(path: str) -> str:
    """Return a name in ASCII for the wav file made of the recording at `path`, another for every path."""
    ascii_stem = (
        unicodedata.normalize("NFKD", PurePosixPath(path).stem).encode("ascii", "ignore").decode().lower()
    )
    slug = re.sub("[^a-z0-9]+", "-", ascii_stem)[:40].strip("-")
    return f"{slug}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}.wav".lstrip("-")


def convert_source(source: Source, sample_rate: int) -> tuple[tuple[float, ...], tuple[str, ...], float]:
    """Decode one recording and write its wav file, if a stretch of it is usable.

    returns : for each stretch its end in the wav file in s; for each why it is unusable, '' if it is not;
              the peak by which the recording was divided, 1 where it kept within full scale
    """
    try:
        waveform, rate = audio.read(source.path)
        fault = _fault(waveform, rate)
    except (
        OSError,
        RuntimeError,
        ValueError,
        TypeError,
        MemoryError,
    ) as error:  # what soundfile raises on broken files
        text = getattr(error, "error_string", None) or str(error)
        fault = "unreadable: " + next((plain for sign, plain in PLAIN.items() if sign in text), text)
    if fault:
        return tuple(end for _, end in source.stretches), (fault,) * len(source.stretches), 1.0
    duration_s = waveform.size / rate
    waveform = audio.resample(waveform - float(waveform.mean(dtype=np.float64)), rate, sample_rate)
    peak = max(1.0, float(np.abs(waveform).max()))
    pcm = audio.to_int16(waveform / peak)
    ends, reasons = zip(
        *(_stretch(pcm, sample_rate, duration_s, *stretch) for stretch in source.stretches), strict=True
    )
    if "" in reasons:
        audio.write(source.wav, pcm, sample_rate)
    return ends, reasons, peak


def _fault(waveform: np.ndarray, rate: int) -> str:
    if waveform.size == 0:
        return "empty: no samples"
    if not RATES[0] <= rate <= RATES[1]:
        return f"sample rate of {rate} Hz; expected {RATES[0]} to {RATES[1]}"
    bad = np.flatnonzero(~np.isfinite(waveform))
    return f"not finite: sample {bad[0]} is {waveform[bad[0]]}, {bad.size} such" if bad.size else ""


def _stretch(
    pcm: np.ndarray, sample_rate: int, duration_s: float, start_s: float, end_s: float
) -> tuple[float, str]:
    """Return where a stretch ends in the wav file, and why it is unusable ('' if it is not)."""
    if end_s > duration_s + TOLERANCE_S or start_s >= duration_s:
        return (
            end_s,
            f"shorter than its row says: lasts {duration_s:.3f} s, the row is {start_s} to {end_s} s",
        )
    end_s = min(end_s, pcm.size / sample_rate)
    part = pcm[round(start_s * sample_rate) : round(end_s * sample_rate)]
    if part.size == 0:
        return end_s, f"row of {start_s} to {end_s} s holds no sample at {sample_rate} Hz"
    level = float(part.std())
    return end_s, f"silent: rms {level:.2g} of {audio.FULL_SCALE}, as mono" if level < SILENCE else ""


def _check_budget(rows: pd.DataFrame, budget: float) -> None:
    bad = rows[rows["reason"] != ""]
    count, total = bad["file"].nunique(), rows["file"].nunique()
    if count / total > budget:
        head = f"{count} of {total} files ({count / total:.1%}) cannot be used; corpus.bad_file_budget allows {budget:.1%}:"
        problems = [f"{row.table}.csv, line {row.row}, {row.file}: {row.reason}" for row in bad.itertuples()]
        raise CorpusError(
            _listed(head, problems, "Mend them, remove their rows, or raise corpus.bad_file_budget.")
        )


def _kept(name: str, table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    good = (rows["reason"] == "").to_numpy()
    if not good.any():
        raise CorpusError(
            f"{name}.csv: none of its {len(table)} rows can be used, the first since it is {rows['reason'].iloc[0]}"
        )
    lost = sorted(set(table[LABEL[name]]) - set(table[LABEL[name]][good])) if LABEL[name] else []
    if lost:
        log.warning("%s.csv: no recording of %s is left", name, ", ".join(lost))
    return table.assign(file=rows["wav"].to_numpy(), end_s=rows["end_s"].to_numpy())[good].reset_index(
        drop=True
    )


def _listed(head: str, problems: Sequence[str], remedy: str) -> str:
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "\n  ".join([head, *problems[:SHOWN], *more]) + f"\n{remedy}"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    return _nfc(text).casefold().strip()
