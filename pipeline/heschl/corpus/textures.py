"""The textures of scenes: sounds whose statistics stay the same throughout.

After McDermott & Simoncelli 2011 (Neuron 71): bands of noise with slow modulations, and dense random events
(drops, bubbles, crackles, calls). Every recipe draws densities, frequencies and balance. To add a kind of
scene, write its function and append it to TEXTURES.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import signal

from heschl.corpus.elements import drift, noise, ring, scatter, tone, unit

Texture = Callable[
    [Generator, np.ndarray, int], np.ndarray
]  # (rng, time in s, sample rate in Hz) -> (samples,)
VOWELS = (  # formants, Hz
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (490, 1350, 1690),
)


def rain(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """The hiss of distant drops, and the ticks of near ones."""
    hiss = noise(
        rng, time, rate, [200, rng.uniform(800, 2000), 5000, 8000], [-25, -6, 0, rng.uniform(-12, -2)]
    )
    grains = [ring(rate, rng.uniform(1500, 6500), rng.uniform(0.0008, 0.003)) for _ in range(12)]
    drops = scatter(rng, time, rate, rng.uniform(40, 300), grains, 5)
    return hiss + rng.uniform(0.5, 1.3) * drops


def wind(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Rumble in gusts, and a whistle that rises and falls with them."""
    gust = np.exp(0.35 * drift(rng, time, rng.uniform(0.2, 0.5)))
    rumble = noise(rng, time, rate, [40, rng.uniform(150, 400), 1500, 8000], [0, 0, -24, -50])
    course = rng.uniform(350, 900) * gust
    breath = drift(rng, time, rng.uniform(15, 50)), drift(rng, time, 30)
    whistle = breath[0] * tone(course, rate) + breath[1] * tone(course, rate, 0.25)
    return gust * (rumble + rng.uniform(0.1, 0.5) * gust * whistle)


def waves(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Surf: swells that rise fast and ebb slowly, later and more briefly in higher bands."""
    period, phase = rng.uniform(3, 7), rng.random()
    total = 0.3 * noise(rng, time, rate, [60, 400, 8000], [0, -6, -30])
    for i, center in enumerate((200, 700, 2500)):
        band = noise(rng, time, rate, [center / 3, center, center * 3], [-20, 0, -20])
        turn = (time / period + phase - 0.06 * i + 0.05 * drift(rng, time, 0.3)) % 1
        swell = np.where(turn < 0.25, turn / 0.25, np.exp(-(2 + i) * (turn - 0.25)))
        total += 0.8**i * (0.15 + swell**1.5) * band
    return total


def stream(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Bubbles: ringing tones that rise as they decay."""
    hertz = np.exp(rng.uniform(np.log(350), np.log(3000), 24))
    grains = [ring(rate, f, 12 / f + 0.002, rng.uniform(0.02, 0.2)) for f in hertz]
    bubbles = scatter(rng, time, rate, rng.uniform(60, 250), grains, 5)
    wash = noise(rng, time, rate, [100, 500, 2000, 8000], [-12, 0, -6, -25])
    return bubbles + rng.uniform(0.15, 0.5) * wash


def fire(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Crackles of very unequal strength over a flickering roar."""
    clicks = [
        rng.standard_normal(int(rate * s)) * np.exp(-np.linspace(0, 6, int(rate * s)))
        for s in rng.uniform(0.004, 0.03, 12)
    ]
    crackle = scatter(rng, time, rate, rng.uniform(15, 50), clicks, 4)
    roar = noise(rng, time, rate, [40, 150, 1000, 8000], [-6, 0, -20, -35])
    return crackle + rng.uniform(0.5, 1.0) * np.exp(0.3 * drift(rng, time, rng.uniform(3, 8))) * roar


def birds(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Songs of a few birds, each of which repeats a phrase of chirps, over faint noise."""
    total = 0.06 * noise(rng, time, rate, [100, 600, 8000], [0, -6, -20])
    for _ in range(rng.integers(3, 6)):
        total += rng.uniform(0.4, 1.0) * _bird(rng, time, rate)
    return total


def _bird(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    beat, rest = rng.uniform(0.12, 0.3), rng.uniform(0.2, 0.9)
    length, pitch = rng.uniform(0.06, min(beat, 0.2)), rng.uniform(2000, 5000)
    phrase = [_chirp(rng, length, pitch, rate) for _ in range(rng.integers(2, 6))]
    song, start, i = np.zeros(len(time)), rng.uniform(0, beat), 0
    while start + length < time[-1]:
        first = int(start * rate)
        song[first : first + len(phrase[0])] += phrase[i % len(phrase)]
        i += 1
        start += beat + (rest * rng.uniform(0.5, 1.5) if i % len(phrase) == 0 else 0)
    return song


def _chirp(rng: Generator, length: float, pitch: float, rate: int) -> np.ndarray:
    time = np.arange(int(length * rate)) / rate
    trill = rng.uniform(0, 0.06) * np.sin(2 * np.pi * rng.uniform(15, 50) * time)
    return np.sin(np.pi * time / length) ** 2 * tone(
        pitch * (1 + rng.uniform(-0.25, 0.25) * time / length + trill), rate
    )


def insects(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Crickets and cicadas: high carriers, modulated by pulses, which are grouped into chirps."""
    total = 0.08 * noise(rng, time, rate, [100, 1000, 8000], [-6, -6, -12])
    for _ in range(rng.integers(3, 7)):
        pulse, chirp = rng.uniform(18, 60), rng.uniform(1.2, 3.5)
        gate = np.clip(3 * np.sin(2 * np.pi * chirp * time + rng.uniform(0, 6)) + rng.uniform(0, 3), 0, 1)
        course = rng.uniform(2800, 6800) * (1 + 0.004 * drift(rng, time, 2))
        chop = (0.5 + 0.5 * np.sin(2 * np.pi * pulse * time + rng.uniform(0, 6))) ** 2
        total += rng.uniform(0.3, 1.0) * gate * chop * tone(course, rate)
    return total


def crowd(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Murmur: buzzes that wander between vowel-like resonances at the rate of syllables; none is speech."""
    mouths = np.zeros((len(VOWELS), len(time)))  # the input of each vowel's resonances
    for _ in range(rng.integers(8, 17)):
        pitch = rng.uniform(90, 250) * np.exp(0.12 * drift(rng, time, 1.5))
        source = np.cumsum(pitch) / rate % 1 - 0.5 + 0.1 * rng.standard_normal(len(time))
        level = rng.uniform(0.3, 1) * np.maximum(0, 0.3 + drift(rng, time, rng.uniform(2, 3.5)))
        course = (len(VOWELS) - 1) * (0.5 + 0.5 * np.sin(2 * drift(rng, time, 2)))
        for vowel, mouth in enumerate(mouths):
            mouth += level * source * np.maximum(0, 1 - np.abs(course - vowel))
    voices = sum(_resonate(mouth, formants, rate) for mouth, formants in zip(mouths, VOWELS, strict=True))
    room = noise(rng, time, rate, [60, 300, 2000, 8000], [-3, 0, -15, -30])
    return unit(voices) + rng.uniform(0.1, 0.4) * room


def _resonate(wave: np.ndarray, formants: tuple[int, ...], rate: int) -> np.ndarray:
    radius, total = np.exp(-np.pi * 90 / rate), 0.0  # resonances 90 Hz wide
    for hertz, gain in zip(formants, (1, 0.6, 0.4), strict=True):
        total = total + signal.lfilter(
            [gain, 0, -gain], [1, -2 * radius * np.cos(2 * np.pi * hertz / rate), radius**2], wave
        )
    return total


def street(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """Traffic: rumble, and passing vehicles, each with the harmonics of an engine and the noise of tires."""
    total = 0.5 * noise(rng, time, rate, [30, 80, 400, 2000, 8000], [-6, 0, -9, -24, -40])
    for _ in range(rng.integers(2, 5)):
        away = (time - rng.uniform(0, time[-1])) / rng.uniform(0.8, 2.5)
        swell = 1 / (1 + away**2)
        engine = rng.uniform(28, 75) * (1 - 0.06 * np.tanh(away)) * (1 + 0.01 * drift(rng, time, 1))
        turns = 2 * np.pi * np.cumsum(engine) / rate
        buzz = sum(rng.uniform(0.3, 1) / k**0.7 * np.sin(k * turns + rng.uniform(0, 6)) for k in range(1, 13))
        tyres = noise(rng, time, rate, [100, rng.uniform(600, 1200), 3000, 8000], [-15, 0, -12, -30])
        total += swell * (0.3 * buzz + rng.uniform(0.3, 1.0) * tyres)
    return total


def hum(rng: Generator, time: np.ndarray, rate: int) -> np.ndarray:
    """A transformer or fan: harmonics of a steady fundamental whose levels drift slowly, over weak noise."""
    fundamental = rng.choice((50, 60, 100, 120)) * rng.uniform(0.97, 1.03)
    tilt = rng.uniform(0.4, 1.2)
    total = rng.uniform(0.05, 0.2) * noise(rng, time, rate, [50, 500, 8000], [0, -6, -24])
    for k in range(1, 25):
        swell = 1 + 0.3 * np.tanh(drift(rng, time, rng.uniform(0.2, 1)))
        total += (
            rng.uniform(0.2, 1)
            / k**tilt
            * swell
            * np.sin(2 * np.pi * (k * fundamental * time + rng.random()))
        )
    return total


TEXTURES: dict[str, Texture] = {
    texture.__name__: texture
    for texture in (rain, wind, waves, stream, fire, birds, insects, crowd, street, hum)
}
