"""A folder of metamers whose sounds are SYNTHETIC noise, and tables of SYNTHETIC listeners of it."""

import numpy as np
import pandas as pd

from heschl import audio, tables
from heschl.behavior.listeners import COLUMNS
from heschl.metamers.columns import ABOUT, METAMER, METAMERS, NATURAL, SOUND, SOUNDS

WORDS = ["harbor", "harvest", "music", "stone", "__null__"]
GENRES = ["jazz", "rock", "__null__"]
LAYERS = {"conv1": None, "word.fc5": "word", "genre.fc5": "genre"}  # layer -> task of its branch
RATE, CLIP_S = 8000, 0.5


def write_metamers(folder, seed=1, sounds=6, rejected=(), network="models/network", level=0.1):
    """Write metamers of three layers for some sounds of each task; rejected : (layer, sound)s."""
    rng = np.random.default_rng(seed)
    natural, made = [], []
    for task, labels in (("word", WORDS), ("genre", GENRES)):
        for number in range(sounds):
            name = f"{task}-{number + 1:02d}"
            natural.append(
                {
                    "sound": name, "key": f"test-{len(natural):07d}", "task": task,
                    "label": labels[number % (len(labels) - 1)], "source": f"{task} source {number}",
                    "target_file": f"{task}/{number}.wav", "target_start_s": 1.5 * number,
                    "word_start_s": 0.7 if task == "word" else None,
                }
            )  # fmt: skip
            places = [NATURAL, *(layer for layer, own in LAYERS.items() if own in (None, task))]
            for place, layer in enumerate(places):
                rng = np.random.default_rng([number, place, seed if place else 1])
                noise = level * rng.standard_normal(round(RATE * CLIP_S)).clip(-3, 3)
                audio.write(folder / layer / f"{name}.wav", noise, RATE)
                if place:
                    label = natural[-1]["label"]
                    made.append(
                        dict.fromkeys(METAMER, 0.5)
                        | {"layer": layer, "place": place - 1, "sound": name, "key": natural[-1]["key"]}
                        | {"task": task, "label": label, "answer": label, "same": 1}
                        | {"accepted": int((layer, name) not in rejected)}
                    )
    tables.write_csv(folder / SOUNDS, pd.DataFrame(natural)[list(SOUND)])
    tables.write_csv(folder / METAMERS, pd.DataFrame(made)[list(METAMER)])
    about = {
        "network": network, "run_id": "", "labels": {"word": WORDS, "genre": GENRES},
        "sound": {"sample_rate": RATE, "clip_s": CLIP_S},
    }  # fmt: skip
    tables.write_json(folder / ABOUT, about)
    return folder


def write_answers(path, clips, right, participants=4):
    """Write a table of listeners who hear every clip; right : {layer: share of the participants}."""
    rows = []
    for participant in range(participants):
        for row in clips.table.to_dict("records"):
            correct = participant < participants * right[row["layer"]]
            other = next(label for label in clips.labels[row["task"]] if label != row["truth"])
            response = row["truth"] if correct else other
            rows.append(
                (f"p{participant}", row["key"], row["background"], "", row["task"], response, int(correct))
            )
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(path, index=False)
    return path
