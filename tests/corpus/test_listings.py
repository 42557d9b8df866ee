import pytest

from heschl.corpus.listings import read_listings
from heschl.corpus.tables import COLUMNS, CorpusError
from heschl.spreadsheets import SpreadsheetError


def write_tables(folder, **changed):
    lists = {
        "words": "file,word,speaker,start_s,end_s\r\na.wav,one,anna,0,1\r\nb/b.wav,two,bert,0.25,0.5\r\n",
        "music": "file,genre,artist,start_s,end_s\na.wav,jazz,x,0,1\n",
        "scenes": "file,kind,source,start_s,end_s\na.wav,rain,x,0,1\n",
        "talkers": "file,speaker,start_s,end_s\na.wav,103,0,1\n",
    }
    for name, text in (lists | changed).items():
        if text is not None:
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())


def test_listings_are_read_with_their_row_numbers(tmp_path):
    extra = (
        "\ufefffile,word,speaker,start_s,end_s,note\n\n"
        '"b, c.wav", NA ,e\u0301va,0.5,1.25,"two\nlines"\n./d.wav,null,bert,0,1,\n'
    )
    write_tables(tmp_path, words=extra)
    tables = read_listings(tmp_path)
    assert list(tables) == list(COLUMNS)
    assert {name: tuple(frame.columns) for name, frame in tables.items()} == COLUMNS
    words = tables["words"]
    assert words.values.tolist() == [
        ["b, c.wav", "NA", "\u00e9va", 0.5, 1.25],
        ["d.wav", "null", "bert", 0.0, 1.0],
    ]
    assert words.index.tolist() == [4, 5]
    assert tables["talkers"]["speaker"].tolist() == ["103"]


HEADER = "file,word,speaker,start_s,end_s\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "words.csv is missing. Write one with the columns file,word"),
        ("", "words.csv is empty. Its first row"),
        (HEADER, "words.csv has no rows"),
        (
            "file;word;speaker;start_s;end_s\n",
            "words.csv, row 1: .*'file' is missing.*separated by semicolons: save it with commas",
        ),
        ("file,word,start_s,end_s\na,b,0,1\n", "words.csv, row 1: 'speaker' is missing"),
        (HEADER.encode() + b"caf\xe9.wav,one,anna,0,1\n", "words.csv is not UTF-8.*Save it as CSV UTF-8"),
        (HEADER + '"a.wav,one,anna,0,1\n', "words.csv, row 2: .*quotation marks"),
        (HEADER + "a, b.wav,one,anna,0,1\n", "row 2: 6 values for 5 columns. Put quotation marks"),
        (HEADER + "a.wav,one,anna,zero,1\n", "row 2: start_s is 'zero'; expected seconds"),
        (HEADER + 'a.wav,one,anna,0,"1,5"\n', "row 2: end_s is '1,5'; expected seconds"),
        (HEADER + "a.wav,one,anna,0,nan\n", "row 2: end_s is 'nan'"),
        (HEADER + "a.wav,one,anna,-1,1\n", "row 2: start_s is -1.0, end_s 1.0; expected 0 <= start_s"),
        (HEADER + "a.wav,one,anna,2,1\n", "row 2: start_s is 2.0, end_s 1.0.*swapped"),
        (HEADER + "a.wav,one,anna,1,1\n", "row 2: start_s is 1.0, end_s 1.0"),
        (HEADER + "a.wav, ,anna,0,1\n", "row 2: word is empty"),
        (HEADER + "a.wav,__genre__,anna,0,1\n", "row 2: word is '__genre__'"),
        (HEADER + ",one,anna,0,1\n", "row 2: file is ''; expected a path"),
        (HEADER + "/a.wav,one,anna,0,1\n", "row 2: file '/a.wav' lies outside the folder"),
        (HEADER + "b/../../a.wav,one,anna,0,1\n", "row 2: file 'b/../../a.wav' lies outside the folder"),
        (HEADER + "C:\\a.wav,one,anna,0,1\n", "lies outside the folder"),
        (
            HEADER + "a.wav,one,anna,0,1\nb.wav,one,anna,0,1\n./a.wav,two,bert,0,1.0\n",
            "1 of 3 rows .*row 4: a.wav .*also listed in row 2",
        ),
    ],
)
def test_a_bad_listing_is_an_error_that_names_the_row(tmp_path, text, message):
    write_tables(tmp_path, words=text)
    with pytest.raises((CorpusError, SpreadsheetError), match="(?s)" + message):
        read_listings(tmp_path)


def test_rows_of_the_wrong_length_are_listed_with_the_others(tmp_path):
    rows = "a,b.wav,one,anna,0,1\nc.wav,one,anna,1,0\nd.wav,one,anna,0,1\ne.wav,one\n"
    write_tables(tmp_path, words=HEADER + rows)
    with pytest.raises(CorpusError, match=r"3 of 4 rows cannot be used") as caught:
        read_listings(tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == ["row 2", "row 3", "row 5"]
    assert lines[-1] == "Correct or remove them."


def test_a_missing_folder_and_many_bad_rows(tmp_path):
    with pytest.raises(CorpusError, match=r"corpus.folder is .*nowhere', which is not a folder"):
        read_listings(tmp_path / "nowhere")
    write_tables(tmp_path, words=HEADER + "".join(f"{n}.wav,one,anna,1,0\n" for n in range(12)))
    with pytest.raises(
        CorpusError, match=r"(?s)12 of 12 rows.*row 11: .*\.\.\. and 2 more\nCorrect"
    ) as caught:
        read_listings(tmp_path)
    assert "row 12" not in str(caught.value)
