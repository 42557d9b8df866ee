"""python -m stages.mixtures CORPUS ROOMS OUT: decide every clip, as a row of a table."""

from heschl import work
from heschl.audio import Sound
from heschl.mixtures import recordings
from heschl.mixtures.draw import draw_parts
from heschl.mixtures.params import MixtureParams
from heschl.mixtures.table import FILE, MixturesTable, join
from heschl.params import load, load_all
from heschl.rooms.read import ABOUT, PLACES
from heschl.stage import Stage

RECORDED = ("sound", "tasks", "mixtures")
CODE = ("heschl.mixtures", "heschl.rooms", "heschl.tasks", "heschl.audio", "heschl.corpus.tables")


def main() -> None:
    """Draw the clips that an interrupted run has not drawn, and write the table of all of them."""
    with Stage("mixtures", "CORPUS", "ROOMS", "OUT") as stage:
        corpus, rooms, out = stage.paths
        params, sound = load("mixtures", MixtureParams), load("sound", Sound)
        values, tasks = load_all(), load("tasks", tuple[str, ...])
        record = {name: values[name] for name in RECORDED}
        inputs = [*sorted(corpus.glob("*.*")), rooms / PLACES, rooms / ABOUT]
        progress = work.folder("mixtures", record, inputs, work.code(*CODE))
        work.drop_abandoned(progress)
        rows = recordings.load(corpus, progress / "columns")
        parts = draw_parts(rows, corpus, tasks, params, sound, progress, rooms)
        done = progress / "done"
        done.mkdir(exist_ok=True)
        join(parts, done / FILE, tasks, sound.channels)
        work.finish(done, out, [FILE])
        work.remove(progress)
        table = MixturesTable(out / FILE)
        clips = ", ".join(f"{count} {split}" for split, count in table.counts("split").items())
        stage.result(f"{clips} clips in {len(table.counts('background')) - 1} backgrounds and clean")


if __name__ == "__main__":
    main()
