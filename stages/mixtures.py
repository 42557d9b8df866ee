"""python -m stages.mixtures CORPUS ROOMS OUT: decide every clip, as a row of a table."""

from pipeline import work
from pipeline.audio import Sound
from pipeline.corpus import tables
from pipeline.mixtures.draw import draw_parts
from pipeline.mixtures.params import MixtureParams
from pipeline.mixtures.table import FILE, MixturesTable, join
from pipeline.params import load, load_all
from pipeline.rooms.read import ABOUT, PLACES
from pipeline.stage import Stage

RECORDED = ("sound", "tasks", "mixtures")
CODE = ("pipeline.mixtures", "pipeline.rooms", "pipeline.tasks", "pipeline.audio", "pipeline.corpus.tables")


def main() -> None:
    """Draw the clips that an interrupted run has not drawn, and write the table of all of them."""
    with Stage("mixtures", "CORPUS", "ROOMS", "OUT") as stage:
        corpus, rooms, out = stage.paths
        params, sound = load("mixtures", MixtureParams), load("sound", Sound)
        values, tasks, found = load_all(), load("tasks", tuple[str, ...]), tables.load(corpus)
        record = {name: values[name] for name in RECORDED}
        inputs = [*sorted(corpus.glob("*.*")), rooms / PLACES, rooms / ABOUT]
        progress = work.folder("mixtures", record, inputs, work.code(*CODE))
        work.drop_abandoned(progress)
        parts = draw_parts(found, corpus, tasks, params, sound, progress, rooms)
        done = progress / "done"
        done.mkdir(exist_ok=True)
        join(parts, done / FILE, tasks, sound.channels)
        work.finish(done, out, [FILE])
        work.remove(progress)
        table = MixturesTable(out / FILE).labels("split", "background")
        counts = table["split"].value_counts(sort=False)
        clips = ", ".join(f"{count} {split}" for split, count in counts.items())
        stage.result(f"{clips} clips in {table['background'].nunique() - 1} backgrounds and clean")


if __name__ == "__main__":
    main()
