"""python -m stages.corpus OUT: synthesise the corpus, or read a folder of recordings."""

from pipeline.audio import Sound
from pipeline.corpora import corpus
from pipeline.params import load
from stages.run import Stage


def main() -> None:
    """Make the corpus and say what is in it."""
    with Stage("corpus", "OUT") as stage:
        (out,) = stage.paths
        made = corpus.make(load("corpus", corpus.CorpusParams), out, load("sound", Sound))
        files = sum(table["files"] for table in made["tables"].values())
        hours = sum(table["hours"] for table in made["tables"].values())
        words, music = made["tables"]["words"], made["tables"]["music"]
        stage.result(
            f"{made['source']}: {len(words['labels'])} words by {sum(words['units'].values())} voices, {len(music['labels'])} genres, "
            f"{sum(music['units'].values())} artists; {files} files, {hours:.1f} h; {made['quarantined']} rows quarantined"
        )


if __name__ == "__main__":
    main()
