"""python -m stages.mixtures CORPUS OUT: decide every clip, as a row of a table."""

from pipeline.audio import Sound
from pipeline.corpus import tables
from pipeline.mixtures import draw
from pipeline.params import load
from pipeline.stage import Stage


def main() -> None:
    """Write the mixtures table and count its rows."""
    with Stage("mixtures", "CORPUS", "OUT") as stage:
        corpus, out = stage.paths
        params, tasks = load("mixtures", draw.MixtureParams), load("tasks", tuple[str, ...])
        table = draw.draw_mixtures(tables.load(corpus), corpus, tasks, params, load("sound", Sound))
        out.mkdir(parents=True, exist_ok=True)
        table.to_parquet(out / "mixtures.parquet", index=False)
        counts = ", ".join(
            f"{count} {split}" for split, count in table["split"].value_counts(sort=False).items()
        )
        stage.result(f"{counts} clips in {table['background'].nunique() - 1} backgrounds and clean")


if __name__ == "__main__":
    main()
