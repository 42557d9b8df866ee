"""python -m stages.corpus OUT: synthesize the corpus, or read recordings or public corpora."""

from heschl import work
from heschl.audio import Sound
from heschl.corpus.make import CorpusParams, listed, make
from heschl.corpus.remarks import remarks
from heschl.params import load, load_all
from heschl.stage import Stage

CODE = tuple(  # decides the bytes
    f"heschl.{name}" for name in ("corpus", "corpora", "alignment", "espeak", "audio", "soundfiles")
)


def main() -> None:
    """Make the corpus, move it into place, and print its size."""
    with Stage("corpus", "OUT") as stage:
        (out,) = stage.paths
        params, sound, values = load("corpus", CorpusParams), load("sound", Sound), load_all()
        record = {name: values[name] for name in ("sound", "corpus")}
        progress = work.folder("corpus", record, [], work.code(*CODE))
        work.drop_abandoned(progress)
        made = make(params, progress, sound)
        work.finish(progress, out, listed(progress))
        tables = made["tables"]
        words, music = tables["words"], tables["music"]
        artists = sum(music["units"].values())
        makers = "songs" if artists == music["rows"] else "artists"
        files = sum(table["files"] for table in tables.values())
        hours = sum(table["hours"] for table in tables.values())
        size = (
            f"{made['source']}: {len(words['labels'])} words by {sum(words['units'].values())} voices, "
            f"{len(music['labels'])} genres, {artists} {makers}; "
            f"{files} files, {hours:.1f} h; {made['quarantined']} rows quarantined"
        )
        stage.result("; ".join([size, *remarks(made)]))


if __name__ == "__main__":
    main()
