"""Where the clips of an experiment come from: the shards of a test, or folders of metamers."""

import hashlib

from heschl.metamers.clips import MetamerClips
from heschl.shards.index import INDEX
from heschl.shards.read import Shards

Clips = Shards | MetamerClips


def digest_of(clips: Clips) -> bytes:
    """Return a digest that stands for all clips."""
    if isinstance(clips, MetamerClips):
        return clips.digest
    return hashlib.sha256((clips.folder / INDEX).read_bytes()).digest()
