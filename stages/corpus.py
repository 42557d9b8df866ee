"""python -m stages.corpus OUT: synthesise the corpus, or read a folder of recordings."""

from pathlib import Path

from pipeline import audio, work
from pipeline.audio import Sound
from pipeline.corpus import make
from pipeline.params import load, load_all
from pipeline.stage import Stage


def main() -> None:
    """Make the corpus and say what is in it."""
    with Stage("corpus", "OUT") as stage:
        (out,) = stage.paths
        params, sound = load("corpus", make.CorpusParams), load("sound", Sound)
        record = {name: load_all()[name] for name in ("sound", "corpus")}
        code = [Path(audio.__file__), *sorted(Path(make.__file__).parent.glob("*.py"))]
        progress = work.folder("corpus", record, [], code)
        work.drop_abandoned(progress)
        made = make.make(params, progress, sound)
        work.finish(progress, out)
        files = sum(table["files"] for table in made["tables"].values())
        hours = sum(table["hours"] for table in made["tables"].values())
        words, music = made["tables"]["words"], made["tables"]["music"]
        stage.result(
            f"{made['source']}: {len(words['labels'])} words by {sum(words['units'].values())} voices, {len(music['labels'])} genres, "
            f"{sum(music['units'].values())} artists; {files} files, {hours:.1f} h; {made['quarantined']} rows quarantined"
        )


if __name__ == "__main__":
    main()
