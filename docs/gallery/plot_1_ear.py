"""
Hear with the ear
=================

The network does not see waveforms. It sees cochleagrams: pictures of how much energy a sound has at each
frequency and time, from filters such as those of the cochlea. The ear has no weights to learn, and it is
differentiable, so a gradient reaches the sound.

Two presets are published ears: ``kell2018`` and ``cochdnn``. Here is the first, with three sounds that we
make ourselves: a tone whose pitch rises, a series of clicks, and noise.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import heschl

ear = heschl.Cochleagram.preset("kell2018", image=None)  # image=None: not resized to 256 x 256
rate, samples = ear.sound.sample_rate, ear.sound.samples
time_s = np.arange(samples) / rate

growth = np.log(20) / 2  # from 200 to 4000 Hz in 2 s
glide = np.sin(2 * np.pi * 200 * np.exp(growth * time_s) / growth)
clicks = np.zeros(samples)
clicks[:: rate // 10] = 1  # ten a second
noise = np.random.default_rng(1).standard_normal(samples)
sounds = {"rising tone": glide, "clicks": clicks, "noise": noise}
waveform = torch.tensor(np.stack([0.1 * each / each.std() for each in sounds.values()])).float()

# %%
# The ear takes a batch of waveforms, (batch, samples), and returns (batch, frequency, time). The rows are
# 211 filters, from low to high, and the columns are 200 frames a second.

cochleagrams = ear(waveform)
print("waveforms", tuple(waveform.shape), "-> cochleagrams", tuple(cochleagrams.shape))


def show(axes, picture, **options):
    """Draw a cochleagram (frequency, time), with its frequencies in Hz."""
    image = axes.imshow(picture, origin="lower", aspect="auto", extent=(0, 2, 0, len(picture)), **options)
    ticks = [100, 300, 1000, 3000]
    axes.set_yticks(np.interp(ticks, ear.frequencies_hz, np.arange(len(picture))), ticks)
    axes.set_xlabel("time (s)")
    return image


figure, panels = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True, layout="constrained")
for axes, title, picture in zip(panels, sounds, cochleagrams, strict=True):
    show(axes, picture, cmap="magma")
    axes.set_title(title)
panels[0].set_ylabel("frequency (Hz)")

# %%
# Filters are spaced as in the cochlea: nearly linearly up to a few hundred Hz, and then by ratios. High
# frequencies have wide filters, which follow each click; low ones are narrow, and ring from one click to
# the next.
#
# The gradient
# ------------
#
# How must a sound change to have more energy at 1 kHz, a second after its beginning? The gradient of that
# point of the cochleagram with respect to the waveform says it. For noise, it is a short 1 kHz tone in
# phase with what the noise has there already: the response of one filter, backward in time.

heard = waveform[2:].clone().requires_grad_()
row = int(np.abs(ear.frequencies_hz - 1000).argmin())
column = int(np.abs(ear.times_s - 1.0).argmin())
ear(heard)[0, row, column].backward()
gradient = heard.grad[0].numpy()

around = np.abs(time_s - 1.0) < 0.03
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
left.plot(1000 * time_s[around], gradient[around])
left.set(xlabel="time (ms)", ylabel="gradient", title="with respect to the waveform")
hz = np.fft.rfftfreq(samples, 1 / rate)
right.plot(hz, np.abs(np.fft.rfft(gradient)))
right.axvline(ear.frequencies_hz[row], color="gray", linestyle=":")
right.set(xlabel="frequency (Hz)", ylabel="magnitude", title="its spectrum", xlim=(0, 2000))

# %%
# Follow the gradient for a number of steps and the sound becomes one that the ear, or a layer of a
# network, cannot tell from another: that is how metamers are made. See the page on metamers, and ``heschl
# metamers``.
#
# To use another ear, change its values. Fewer filters and a lower rate of frames make a smaller picture:

small = heschl.Cochleagram.preset("kell2018", image=None, filters=20, sample_factor=2, envelope_hz=50.0)
print("a smaller picture:", small.shape, "instead of", ear.shape)
