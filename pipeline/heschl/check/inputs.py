"""Check the folders of a user's inputs: what they lack, before a stage needs them."""

from pathlib import Path

from heschl.activations import user_models
from heschl.activations.names import FORMATS
from heschl.activations.sounds import FOLDER
from heschl.behavior import listeners
from heschl.check.finding import CheckError, Finding, attempt
from heschl.check.sections import Params
from heschl.corpus.files import locate_all
from heschl.corpus.listings import problem_list, read_listings
from heschl.corpus.make import CorpusParams
from heschl.corpus.public import read_public
from heschl.encode import sources
from heschl.network.saved import read_config
from heschl.spreadsheets import read_rows


def check_inputs(params: Params, listeners_folder: Path, models_folder: Path) -> list[Finding]:
    """Return a finding for each folder of inputs that params name or that is given."""
    corpus, decode, encode = (params[name] for name in ("corpus", "decode", "encode"))
    found = []
    if corpus.source == "recordings":
        found.append(attempt("recordings", lambda: _recordings(Path(corpus.folder), corpus.bad_file_budget)))
    if corpus.source == "public":
        found.append(attempt("public corpora", lambda: _public(corpus)))
    found.append(attempt("listeners", lambda: _listeners(listeners_folder)))
    found.append(attempt("models", lambda: _models(models_folder)))
    if encode.source != sources.SIMULATED:
        found.append(attempt("brain data", lambda: _brain(encode.source, Path(encode.folder))))
    if decode.source == "sounds":
        found.append(attempt("sounds of decode", lambda: _sounds(Path(decode.folder))))
    return found


def _recordings(folder: Path, budget: float) -> str:
    """Read the tables; look for the files, without decoding them."""
    tables = read_listings(folder)
    rows = [(name, row, file) for name, table in tables.items() for row, file in table["file"].items()]
    reasons = {file: reason for file, (_, reason) in locate_all(folder, [each[2] for each in rows]).items()}
    bad = [file for file, reason in reasons.items() if reason]
    if len(bad) > budget * len(reasons):
        head = f"{folder}: {len(bad)} of {len(reasons)} files cannot be used:"
        problems = [
            f"{name}.csv, row {row}, {file}: {reasons[file]}" for name, row, file in rows if reasons[file]
        ]
        raise CheckError(problem_list(head, problems, "Correct them or remove their rows."))
    return f"{folder}: {len(rows)} rows, {len(reasons) - len(bad)} files"


def _public(corpus: CorpusParams) -> str:
    """Read the tables of the corpora; look for the files, without decoding them."""
    tables = read_public(corpus.folder, corpus.public, corpus.bad_file_budget)
    said = ", ".join(f"{len(table)} rows of {name}" for name, table in tables.items())
    return f"{corpus.folder}: {said}"


def _listeners(folder: Path) -> str:
    """Read the header and the length of the rows of every table."""
    counts = {file: sum(1 for _ in read_rows(file, listeners.COLUMNS)) for file in listeners.files(folder)}
    return f"{folder}: {len(counts)} tables, {sum(counts.values())} rows"


def _models(folder: Path) -> str:
    found = user_models.find(folder)
    for path in found:
        if path.is_dir():
            read_config(path)
    return f"{folder}: {len(found)} models"


def _brain(source: str, folder: Path) -> str:
    responses = sources.read(source, folder)
    sounds = _sounds(folder)
    return f"{folder}: {len(responses.names)} responses to {len(responses.sounds)} sounds; {sounds}"


def _sounds(folder: Path) -> str:
    names = [path.name for path in (folder / FOLDER).glob("*") if path.suffix.lower() in FORMATS]
    if not names:
        raise CheckError(
            f"{folder / FOLDER} is missing or has no sound file ({', '.join(FORMATS)}). Put the sounds "
            "there: inputs/brain/README.md."
        )
    return f"{len(names)} sound files in {folder / FOLDER}"
