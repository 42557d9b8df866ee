"""
Hear with two ears
==================

Where a sound comes from is not in the ear but between the ears: at the nearer ear a sound is earlier and
louder, and the pinna filters it. Heschl puts clips into rooms, around a head whose responses were
measured, and trains a network to say from which direction a target came. Here are the head, a room, and
what two ears hear.

The head is KEMAR, a manikin measured by Gardner & Martin (1994), which comes with Heschl. Rooms are
computed.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import heschl
from heschl.acoustics.decay import energy_decay
from heschl.acoustics.materials import MATERIALS
from heschl.acoustics.room import Listener, Room, Source, impulse_response
from heschl.acoustics.walls import Walls
from heschl.localize.cues import table
from heschl.rooms.read import heard
from heschl.rooms.responses import head_named

ROOT = Path("../..")  # the project's folder, seen from docs/gallery

sound = heschl.Sound(sample_rate=20000, clip_s=1.0, channels=2)
heads = {name: head_named(name, "head", sound, ROOT / "inputs/heads") for name in ("kemar", "sphere")}
kemar = heads["kemar"]
print(f"{kemar.name}: {len(kemar.vectors)} directions, {kemar.responses.shape[-1]} taps at {kemar.rate} Hz")

# %%
# The cues
# --------
#
# Azimuth is counterclockwise, as seen from above: 90 degrees is left. A rigid sphere has nearly the same
# differences of time as the manikin. Differences of level depend on frequency: a head shadows high
# frequencies and not low ones.

AZIMUTHS = np.arange(-90, 91, 5)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for name, head in heads.items():
    times, _ = table(head, 100.0, 1500.0)
    left.plot(AZIMUTHS, 1e6 * times, label=name)
for low_hz, high_hz in ((200.0, 800.0), (3000.0, 8000.0)):
    _, levels = table(kemar, low_hz, high_hz)
    right.plot(AZIMUTHS, levels, label=f"{low_hz:g} to {high_hz:g} Hz, kemar")
left.set(
    xlabel="azimuth (degrees)",
    ylabel="left ear leads by (µs)",
    title="interaural time difference",
)
right.set(
    xlabel="azimuth (degrees)",
    ylabel="left ear louder by (dB)",
    title="interaural level difference",
)
left.legend()
right.legend()

# %%
# A room
# ------
#
# Walls reflect, and each reflection is the sound of a mirror image of the source, further away and from
# another direction. Below is the response of both ears to a click from the left, in a room with carpet and
# curtains and in one of bare concrete.

size_m, listener = (6.0, 5.0, 3.0), Listener((2.5, 2.2, 1.5), azimuth=0.0)
source = Source(azimuth=60.0, elevation=0.0, distance_m=1.5)
rooms = {
    "curtains, carpet": Room(size_m, Walls(*["curtain"] * 4, "carpet", "tiles"), MATERIALS, order=10),
    "concrete": Room(size_m, Walls(*["concrete"] * 4, "linoleum", "concrete"), MATERIALS, order=10),
}
responses = {
    name: impulse_response(kemar, room, listener, source, samples=6000) for name, room in rooms.items()
}

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
time_ms = 1000 * np.arange(6000) / kemar.rate
for ear, name in ((0, "left ear"), (1, "right ear")):
    left.plot(time_ms, responses["curtains, carpet"][ear], linewidth=0.8, label=name)
left.set(xlabel="time (ms)", ylabel="response", xlim=(0, 25), title="curtains, carpet")
left.legend()
for name, response in responses.items():
    right.plot(time_ms, energy_decay(response[0]), label=name)
right.set(xlabel="time (ms)", ylabel="energy still to come (dB)", ylim=(-60, 2), title="left ear")
right.legend()

# %%
# Ten reflections and no more are computed here, so the end of the concrete room is missing; the stage
# ``rooms`` adds it as noise with the energy that it would have (``rooms.tail``).
#
# What two ears hear
# ------------------
#
# The ear takes (batch, ears, samples). With ``timing`` it also returns how alike the subbands of both ears
# are and their phase difference, which stand for the medial superior olive. Here is noise from four
# directions, without a room.

ear = heschl.Cochleagram.preset(
    "kell2018", image=None, sound=sound, timing=heschl.Timing(form="interaural", limit_hz=3000.0)
)
directions = [-60.0, 0.0, 30.0, 60.0]
emitted = np.random.default_rng(1).standard_normal(sound.samples + kemar.responses.shape[-1] - 1)
clips = np.stack([heard(emitted, kemar.response(azimuth, 0.0)) for azimuth in directions])
both = ear(torch.tensor(clips, dtype=torch.float32)).numpy()
print("waveforms", clips.shape, "-> cochleagrams (batch, channel, frequency, time)", both.shape)

level = both[:, 0].mean(axis=-1) - both[:, 1].mean(axis=-1)  # of the compressed envelopes
phase = np.angle(both[:, 2].mean(axis=-1) + 1j * both[:, 3].mean(axis=-1))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
hz = ear.frequencies_hz
for place, azimuth in enumerate(directions):
    left.semilogx(hz, level[place], label=f"{azimuth:g}°")
    below = (hz > 60) & (hz < 1500)
    right.semilogx(hz[below], phase[place, below])
left.set(xlabel="frequency (Hz)", ylabel="left minus right envelope", title="level")
right.set(xlabel="frequency (Hz)", ylabel="phase between the ears (radians)", title="timing")
left.legend(title="azimuth")

# %%
# At low frequencies the ears differ in phase and hardly in level, at high ones in level. From some 700 Hz
# on, the phase of sounds from the side has gone around, and no longer says which ear leads.
#
# A network with the task ``where`` learns directions from such pictures: ``heschl preset where && dvc
# repro``. The page on localization compares it with people in ten experiments.
