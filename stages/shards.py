"""python -m stages.shards CORPUS MIXTURES OUT: render the mixtures into WebDataset tars."""

from pipeline import work
from pipeline.audio import Sound
from pipeline.mixtures.table import FILE, MixturesTable
from pipeline.params import load, load_all
from pipeline.shards.write import ShardParams, listed, missing_bytes, portable, write_shards
from pipeline.stage import Stage

RECORDED = ("sound", "tasks", "corpus", "mixtures", "shards")
# what decides the bytes
CODE = [f"pipeline.{name}" for name in ("mixtures", "shards", "tasks", "audio", "tables")]


def main() -> None:
    """Render the shards that an interrupted run has not finished, index them, and move them into place."""
    with Stage("shards", "CORPUS", "MIXTURES", "OUT") as stage:
        corpus, mixtures, out = stage.paths
        params, sound = load("shards", ShardParams), load("sound", Sound)
        tasks = load("tasks", tuple[str, ...])
        values = load_all()
        record = portable({name: values[name] for name in RECORDED})
        table = MixturesTable(mixtures / FILE)
        progress = work.folder("shards", record, [table.path, corpus / "provenance.json"], work.code(*CODE))
        work.drop_abandoned(progress)
        counts = table.columns("split")["split"].value_counts().to_dict()
        stage.require(missing_bytes(counts, params, sound, progress), progress, out.parent)
        index = write_shards(table, corpus, progress, tasks, sound, params, record)
        tars = [shard for split in index["splits"].values() for shard in split["shards"]]
        work.finish(progress, out, listed(index))
        clips = sum(split["clips"] for split in index["splits"].values())
        stage.result(f"{clips} clips in {len(tars)} shards, {sum(tar['bytes'] for tar in tars) / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
