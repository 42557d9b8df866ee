"""Miniatures of the public corpora in their true layouts, with synthetic sounds: noises, no two alike.

Each function writes one to a folder and returns how many rows each of its tables has.
"""

import gzip
import json
from itertools import count

import numpy as np
import soundfile
from torchaudio.datasets import gtzan as lists

RATE = 16000
SEEDS = count()


def sound(path, seconds=0.5, rate=RATE, silence_s=0.0, **kind):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = 0.1 * np.random.default_rng(next(SEEDS)).standard_normal(round(seconds * rate))
    soundfile.write(path, np.concatenate([noise, np.zeros(round(silence_s * rate))]), rate, **kind)


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def librispeech(folder, subsets=("train-clean-100", "dev-clean", "test-clean"), speakers=8):
    """Two words each by `speakers` speakers in each subset."""
    times, number = ["file,word,speaker,start_s,end_s,confidence"], 0
    for subset in subsets:
        for _ in range(speakers):
            number += 1
            place, name = f"{subset}/{number}/7", f"{number}-7-0000"
            sound(folder / place / f"{name}.flac")
            text(folder / place / f"{number}-7.trans.txt", f"{name} ONE TWO\n")
            times += [
                f"{place}/{name}.flac,{word},{number},{start},{start + 0.25},0.9"
                for word, start in (("one", 0), ("two", 0.25))
            ]
    text(folder / "words.csv", "\n".join(times) + "\n")
    return {"words": 2 * number, "talkers": number}


def common_voice(folder):
    rows, times = [], ["utterance,word,start_s,end_s"]
    for number in range(24):
        name = f"common_voice_en_{number}"
        sound(folder / "clips" / f"{name}.mp3", 1.0, 32000)
        rows.append(f"{number:02}ab\t{name}.mp3\tGo!\t2")
        times.append(f"{name},go,0.1,0.4")
    head = "client_id\tpath\tsentence\tup_votes"
    parts = {"validated": rows, "train": rows[:8], "dev": rows[8:16], "test": rows[16:]}
    for table, lines in parts.items():
        text(folder / f"{table}.tsv", "\n".join([head, *lines]) + "\n")
    text(folder / "words.csv", "\n".join(times) + "\n")
    return {"words": 24, "talkers": 24}


def timit(folder):
    for split, speakers in (("TRAIN", range(12)), ("TEST", range(12, 16))):
        for number in speakers:
            place = folder / split / "DR1" / f"FAB{number}"
            sound(place / "SA1.WAV", format="NIST", subtype="PCM_16")
            text(place / "SA1.WRD", "0 4000 she\n4000 8000 had\n")
            text(place / "SA1.TXT", "0 8000 She had\n")
    return {"words": 32, "talkers": 16}


def speech_commands(folder):
    listed = {"validation_list.txt": [], "testing_list.txt": []}
    for word in ("bed", "stop"):
        for number in range(9):
            name = f"{word}/{number:08x}_nohash_0.wav"
            sound(folder / name)
            if number < 6:
                listed[list(listed)[number // 3]].append(name)
    sound(folder / "_background_noise_" / "white_noise.wav", 3)
    for name, lines in listed.items():
        text(folder / name, "\n".join(lines) + "\n")
    return {"words": 18}


def audio_mnist(folder):
    for speaker in range(1, 7):
        for digit in range(3):
            sound(folder / "data" / f"{speaker:02}" / f"{digit}_{speaker:02}_0.wav", rate=48000)
    text(folder / "data" / "audioMNIST_meta.txt", "{}")
    return {"words": 18}


def grid(folder, seconds=3.0, sentences=12):
    """Sentences of six speakers; one without times."""
    for speaker in range(1, 7):
        for number in range(sentences):
            sound(folder / f"s{speaker}_50kHz" / f"bbaf{number}n.wav", seconds, 50000)
            lines = "0 23750 sil\n23750 29500 bin\n29500 34000 blue\n34000 74500 sil\n"
            if (speaker, number) != (1, 0):
                text(folder / "align" / f"s{speaker}" / f"bbaf{number}n.align", lines)
    return {"words": 2 * (6 * sentences - 1), "talkers": 6 * sentences}


def lhotse(folder):
    recordings, supervisions = [], []
    for number in range(6):
        name = f"rec-{number}"
        sound(folder / "wav" / f"{name}.wav")
        source = {"type": "file", "channels": [0], "source": f"wav/{name}.wav"}
        recordings.append({"id": name, "sources": [source], "sampling_rate": RATE, "duration": 0.5})
        words = {"word": [["Go", 0.1, 0.2, 0.9], ["", 0.3, 0.1, None]]}
        supervisions.append({"id": name, "recording_id": name, "speaker": number, "alignment": words})
    for table, rows in (("recordings", recordings), ("supervisions", supervisions)):
        for part, chosen in (("dev", rows[:2]), ("train", rows[2:])):
            lines = "".join(f"{json.dumps(row)}\n" for row in chosen)
            (folder / f"mini_{table}_{part}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return {"words": 6, "talkers": 6}


def gtzan(folder):
    names = [*lists.filtered_train, *lists.filtered_valid, *lists.filtered_test]
    for name in (*names, "disco.00050"):  # one that is left out
        sound(folder / "genres_original" / name.split(".")[0] / f"{name}.wav", 0.1, 2000)
    return {"music": len(names)}


def fma(folder):
    rows = [
        ",track,artist,artist,set,set",
        ",genre_top,id,name,split,subset",
        "track_id,,,,,",
    ]
    places = [
        (split, genre, n)
        for split in ("training", "validation", "test")
        for genre in ("Rock", "Folk")
        for n in (1, 2)
    ]
    for number, (split, genre, artist) in enumerate(places, start=2):
        sound(folder / "fma_small" / "000" / f"{number:06}.mp3", 1.0, 44100)
        rows.append(f"{number},{genre},{number},{split} {genre} {artist},{split},small")
    rows += [
        "98,,98,Nobody,training,small",
        "99,Rock,99,Other,training,large",
        "98565,Rock,5,Empty,training,small",
    ]
    text(folder / "fma_metadata" / "tracks.csv", "\n".join(rows) + "\n")
    return {"music": len(places)}


def mtg_jamendo(folder, ending=".low.mp3"):
    head, number = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS", 0
    for split in ("train", "validation", "test"):
        lines = [head]
        for genre in ("rock", "folk"):
            number += 1
            sound(folder / "audio-low" / f"{number:02}" / f"{number}{ending}", 1.0, 44100)
            lines.append(
                f"track_{number}\tartist_{number}\talbum_1\t{number:02}/{number}.mp3\t30.1\tgenre---{genre}"
            )
        lines.append(f"track_9\tartist_9{split}\talbum_1\t09/9.mp3\t30.1\tgenre---rock\tgenre---folk")
        text(
            folder / "data" / "splits" / "split-0" / f"autotagging_genre-{split}.tsv", "\n".join(lines) + "\n"
        )
    return {"music": number}


def esc50(folder):
    rows = ["filename,fold,target,category,esc10,src_file,take"]
    for number in range(8):
        name = f"1-{100 + number}-A-0.wav"
        silence_s = (0.0, 0.5, 1.5, 0.0)[number % 4]  # the third has only 1.5 s of sound
        sound(folder / "audio" / name, 3.0 - silence_s if silence_s else 3.0, 44100, silence_s)
        rows.append(f"{name},1,0,{'dog' if number < 4 else 'rain'},True,{100 + number},A")
    text(folder / "meta" / "esc50.csv", "\n".join(rows) + "\n")
    return {"scenes": 6}


def urbansound8k(folder):
    rows = ["slice_file_name,fsID,start,end,salience,fold,classID,class"]
    for number in range(6):
        name = f"{200 + number}-1-0-0.wav"
        sound(folder / "audio" / f"fold{1 + number}" / name, 2.5, 44100)
        rows.append(f"{name},{200 + number},0.0,2.5,1,{1 + number},1,{'siren' if number < 3 else 'drilling'}")
    text(folder / "metadata" / "UrbanSound8K.csv", "\n".join(rows) + "\n")
    return {"scenes": 6}


def fsd50k(folder):
    dev, test = ["fname,labels,mids,split"], ["fname,labels,mids"]
    for number in range(9):
        kind, part = ("Bark", "Meow", "Rain")[number % 3], ("train", "val", "eval")[number // 3]
        place = "eval" if part == "eval" else "dev"
        sound(folder / f"FSD50K.{place}_audio" / f"{300 + number}.wav", 2.5, 44100)
        whole = kind if kind == "Rain" else f"{kind},Animal"
        row = f'{300 + number},"{whole}","/m/1"'
        (test if place == "eval" else dev).append(row if place == "eval" else f"{row},{part}")
    dev.append('399,"Bark,Rain,Animal","/m/1",train')  # of two kinds
    text(folder / "FSD50K.ground_truth" / "dev.csv", "\n".join(dev) + "\n")
    text(folder / "FSD50K.ground_truth" / "eval.csv", "\n".join(test) + "\n")
    return {"scenes": 9}


def musan(folder):
    licenses = []
    for number in range(3):
        sound(folder / "noise" / "free-sound" / f"noise-free-sound-{number:04}.wav", 2.5)
        sound(folder / "music" / "fma" / f"music-fma-{number:04}.wav", 2.5)
        sound(folder / "music" / "jamendo" / f"music-jamendo-{number:04}.wav", 2.5)
        sound(folder / "speech" / "us-gov" / f"speech-us-gov-{number:04}.wav", 2.5)
        sound(folder / "speech" / "librivox" / f"speech-librivox-{number:04}.wav", 2.5)
        licenses.append(
            f"noise-free-sound-{number:04}\nhttp://www.freesound.org/people/a/sounds/{200 + number}/\n"
        )
    sound(folder / "noise" / "sound-bible" / "noise-sound-bible-0000.wav", 2.5)
    text(folder / "noise" / "free-sound" / "LICENSE", "\n".join(licenses))
    text(folder / "noise" / "free-sound" / "ANNOTATIONS", "Background Noises:\nnoise-free-sound-0000\n")
    songs = ("0000 Rock N Some_Artist", "0001 Rock N Other", "0002 Rock Y Third", "0003 Rock,Pop Y Fourth")
    sound(folder / "music" / "fma" / "music-fma-0003.wav", 2.5)
    text(folder / "music" / "fma" / "ANNOTATIONS", "".join(f"music-fma-{song}\n" for song in songs))
    return {"scenes": 4, "music": 3, "talkers": 6}


def demand(folder):
    for name in ("DKITCHEN", "DLIVING", "DWASHING", "TBUS", "TCAR", "TMETRO"):
        for channel in (1, 2):
            sound(folder / name / f"ch{channel:02}.wav", 3.0)
    return {"scenes": 6}


MADE = {
    made.__name__: made
    for made in (
        librispeech, common_voice, timit, speech_commands, audio_mnist, grid, lhotse, gtzan, fma, mtg_jamendo,
        esc50, urbansound8k, fsd50k, musan, demand,
    )
}  # fmt: skip
