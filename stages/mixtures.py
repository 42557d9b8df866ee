"""python -m stages.mixtures CORPUS OUT: decide every clip, as a row of a table."""

from pipeline.audio import Sound
from pipeline.corpus import tables
from pipeline.mixtures.draw import draw_mixtures
from pipeline.mixtures.params import MixtureParams
from pipeline.params import load
from pipeline.stage import Stage


def main() -> None:
    """Write the mixtures table and print the number of its rows."""
    with Stage("mixtures", "CORPUS", "OUT") as stage:
        corpus, out = stage.paths
        params, sound = load("mixtures", MixtureParams), load("sound", Sound)
        table = draw_mixtures(tables.load(corpus), corpus, load("tasks", tuple[str, ...]), params, sound)
        out.mkdir(parents=True, exist_ok=True)
        table.to_parquet(out / "mixtures.parquet", index=False)
        counts = table["split"].value_counts(sort=False)
        clips = ", ".join(f"{count} {split}" for split, count in counts.items())
        stage.result(f"{clips} clips in {table['background'].nunique() - 1} backgrounds and clean")


if __name__ == "__main__":
    main()
