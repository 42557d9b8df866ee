"""python -m stages.shards CORPUS ROOMS MIXTURES OUT: render the mixtures into WebDataset tars."""

from pipeline import work
from pipeline.audio import Sound
from pipeline.mixtures.table import FILE, MixturesTable
from pipeline.params import load, load_all
from pipeline.rooms.read import ABOUT, PLACES, Rooms
from pipeline.shards.store import Store
from pipeline.shards.write import ShardParams, listed, missing_bytes, portable, write_shards
from pipeline.stage import Stage

RECORDED = ("sound", "tasks", "corpus", "mixtures", "shards")
CODE = ["pipeline.mixtures", "pipeline.rooms", "pipeline.shards", "pipeline.tasks", "pipeline.audio"]
CODE += ["pipeline.tables"]  # what decides the bytes


def main() -> None:
    """Render the shards that an interrupted run has not finished, index them, and move them into place."""
    with Stage("shards", "CORPUS", "ROOMS", "MIXTURES", "OUT") as stage:
        corpus, rooms, mixtures, out = stage.paths
        params, sound = load("shards", ShardParams), load("sound", Sound)
        tasks = load("tasks", tuple[str, ...])
        values = load_all()
        record = portable({name: values[name] for name in RECORDED} | {"sound": sound.record()})
        record |= Rooms(rooms).about()
        table = MixturesTable(mixtures / FILE)
        inputs = [table.path, corpus / "provenance.json", rooms / PLACES, rooms / ABOUT]
        progress = work.folder("shards", record, inputs, work.code(*CODE))
        work.drop_abandoned(progress)
        counts = table.columns("split")["split"].value_counts().to_dict()
        stage.require(missing_bytes(counts, params, sound, progress), progress, out.parent)
        store = Store(f"{params.store.rstrip('/')}/{progress.name}") if params.store else None
        index = write_shards(table, corpus, progress, tasks, sound, params, record, rooms, store)
        tars = [shard for split in index["splits"].values() for shard in split["shards"]]
        work.finish(progress, out, listed(index, store is not None))
        clips = sum(split["clips"] for split in index["splits"].values())
        where = f" in {store.url}" if store else ""
        size = sum(tar["bytes"] for tar in tars) / 1e9
        stage.result(f"{clips} clips in {len(tars)} shards, {size:.2f} GB{where}")


if __name__ == "__main__":
    main()
