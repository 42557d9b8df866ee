"""python -m stages.rooms HEADS OUT: the rooms that clips with two channels are heard in."""

from heschl import work
from heschl.audio import Sound
from heschl.params import load, load_all
from heschl.rooms.params import RoomsParams
from heschl.rooms.responses import write_rooms
from heschl.stage import Stage

CODE = ("heschl.rooms", "heschl.acoustics", "heschl.audio")  # decides the responses


def main() -> None:
    """Compute the impulse responses that an interrupted run has not computed; with one channel, none."""
    with Stage("rooms", "HEADS", "OUT") as stage:
        heads, out = stage.paths
        params, sound, values = load("rooms", RoomsParams), load("sound", Sound), load_all()
        record = {name: values[name] for name in ("sound", "rooms")}
        progress = work.folder("rooms", record, sorted(heads.glob("*.sofa")), work.code(*CODE))
        work.drop_abandoned(progress)
        listed = write_rooms(params, sound, heads, progress)
        size = sum((progress / name).stat().st_size for name in listed)
        work.finish(progress, out, listed)
        rooms = len(listed) - 2
        stage.result(f"{rooms} rooms, {size / 1e9:.2f} GB" if rooms else "none: clips have one channel")


if __name__ == "__main__":
    main()
