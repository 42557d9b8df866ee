"""python -m stages.shards CORPUS ROOMS MIXTURES OUT: render the mixtures into WebDataset tars."""

from heschl import work
from heschl.audio import Sound
from heschl.mixtures.table import FILE, MixturesTable
from heschl.params import load, load_all
from heschl.rooms.read import ABOUT, PLACES, Rooms
from heschl.shards import write
from heschl.stage import Stage

RECORDED = ("sound", "tasks", "corpus", "mixtures", "shards")
CODE = ["heschl.mixtures", "heschl.rooms", "heschl.shards", "heschl.tasks", "heschl.audio"]
CODE += ["heschl.tables"]  # what decides the bytes


def main() -> None:
    """Render the shards that an interrupted run has not finished, index them, and move them into place."""
    with Stage("shards", "CORPUS", "ROOMS", "MIXTURES", "OUT") as stage:
        corpus, rooms, mixtures, out = stage.paths
        params, sound = load("shards", write.ShardParams), load("sound", Sound)
        tasks = load("tasks", tuple[str, ...])
        values = load_all()
        record = write.portable({name: values[name] for name in RECORDED} | {"sound": sound.record()})
        record |= Rooms(rooms).about()
        table = MixturesTable(mixtures / FILE)
        inputs = [table.path, corpus / "provenance.json", rooms / PLACES, rooms / ABOUT]
        progress = work.folder("shards", record, inputs, work.code(*CODE))
        work.drop_abandoned(progress)
        counts = table.counts("split")
        stage.require(write.missing_bytes(counts, params, sound, progress), progress, out.parent)
        store = write.store_of(params, progress.name)
        index = write.write_shards(table, corpus, progress, tasks, sound, params, record, rooms, store)
        work.finish(progress, out, write.listed(index, store is not None))
        stage.result(write.summary(index, store))


if __name__ == "__main__":
    main()
