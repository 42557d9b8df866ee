from pipeline.corpus.conversion import wav_name


def test_names_are_ascii_and_never_collide():
    paths = [
        "a/x y.wav",
        "b/x y.wav",
        "a/X Y.wav",
        "a/x y.flac",
        "\u97f3.wav",
        "\u697d.wav",
        "\u00e9.wav",
        "e\u0301.wav",
        "a" * 99,
    ]
    names = [wav_name(path) for path in paths]
    assert len({name.lower() for name in names}) == len(paths)
    assert all(
        name.isascii() and len(name) < 60 and name.endswith(".wav") and name[0].isalnum() for name in names
    )
    assert names == [wav_name(path) for path in paths]
