"""Clips + params -> the folder of a listening experiment: the page, its sounds and its sessions."""

import hashlib
import html
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from heschl import audio, work
from heschl.experiment import checks, jspsych, sounds
from heschl.experiment.clips import Clips, digest_of
from heschl.experiment.content import content_of, planned_of
from heschl.experiment.design import ExperimentParams
from heschl.experiment.folder import check_replaceable, mark_of, write_mark
from heschl.params import plain

PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; connect-src 'self'"
)


def build(clips: Clips, out: Path, params: ExperimentParams) -> bool:
    """Build the experiment in the folder `out`; return False if that very experiment is already there.

    raises : ExperimentError if it cannot be built, or if `out` holds files that no build wrote
    """
    planned, targets = planned_of(clips, params)
    content = content_of(clips, planned, targets, params)
    files = _page(params.post)
    digest = _digest(content, files, params, digest_of(clips))
    if mark_of(out).get("digest") == digest:
        return False
    check_replaceable(out)
    values = json.dumps(content | {"digest": digest}, ensure_ascii=False)
    files["data.js"] = f"const EXPERIMENT = {values};\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as temporary:
        folder = Path(temporary) / "built"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        sounds.write(folder, clips, list(content["clips"]), params.seed)
        write_mark(folder, digest, plain(params))
        check_replaceable(out)  # a server may have saved a table in the meantime
        work.finish(folder, out)
    return True


def _page(post: str | None) -> dict[str, str]:
    """Return the files of the page, {name: text}, with the URL that receives the table."""
    files = {"vendor/jspsych.js": jspsych.jspsych()}
    files |= {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGE.iterdir())}
    index = files["index.html"].replace("{policy}", _policy(post))
    return files | {"index.html": index.replace("{post}", html.escape(post or ""))}


def _policy(post: str | None) -> str:
    parts = urlsplit(post or "")
    return f"{POLICY} {parts.scheme}://{parts.netloc}" if post else POLICY


def _digest(content: dict[str, Any], files: dict[str, str], params: ExperimentParams, clips: bytes) -> str:
    """Return a digest of everything that determines the folder.

    The code that makes the checks stands for their sounds.  clips : digest of the clips
    """
    digest = hashlib.sha256(json.dumps([content, files, plain(params)]).encode() + clips)
    code = (Path(module) for module in (sounds.__file__, checks.__file__, audio.__file__))
    for path in code:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
