"""The listening experiment in a real browser: complete short sessions."""

import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
import yaml

from heschl.behavior import listeners
from heschl.experiment import build, checks, jspsych
from heschl.experiment.results import TABLE
from heschl.params import plain
from tests.helpers.listening import BEHAVIOR, PARAMS, grid_of
from tests.helpers.paths import CODE
from tests.helpers.person import Person

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup")
ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="chromium and google-chrome are not on the PATH"),
    pytest.mark.skipif(
        not jspsych.ready(), reason="jsPsych is not installed: make setup, with npm on the PATH"
    ),
]
FLAGS = ["--autoplay-policy=no-user-gesture-required", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
QUICK = replace(PARAMS, headphones="none")


@pytest.fixture(scope="module")
def hosted(tmp_path_factory, opened):
    """A static host that builds experiments on demand: params -> folder, address."""
    folder, made = tmp_path_factory.mktemp("hosted"), {}

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

        def host(params, shards=opened):
            name = made.setdefault(f"{json.dumps(plain(params))} {shards.folder}", f"e{len(made)}")
            build.build(shards, folder / name, params)
            return folder / name, f"http://127.0.0.1:{server.server_port}/{name}/"

        yield host
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as library:
        browser = library.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def person(browser):
    people = []

    def arrive(folder, address, **context):
        people.append(Person(browser.new_context(**context), folder, address))
        return people[-1]

    yield arrive
    for someone in people:
        someone.context.close()


def check_table(text, participant, someone, opened):
    """Compare a table, value by value, with the responses and the shards."""
    table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert tuple(table) == TABLE
    assert table["trial"].tolist() == [str(number) for number in range(1, len(table) + 1)]
    assert table["session"].eq(str(someone.state["session"] + 1)).all()
    assert table["date"].str.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    assert table["browser"].eq(someone.page.evaluate("navigator.userAgent")).all()
    assert table["response_time_s"].str.fullmatch(r"\d+\.\d{3}|").all()
    assert table["response_time_s"].eq("").sum() == someone.reloads
    assert set(table["participant"]) == {participant}
    found = {
        row[1]: [row[2], float(row[3]) if row[3] else None, row[4], row[5], int(row[6])]
        for row in table.to_numpy().tolist()
    }
    assert found == someone.responses
    assert len(found) == len(table)
    records = {record["key"]: record for record in map(opened.record, range(len(opened)))}
    trials = {clip: values for clip, values in found.items() if clip in records}
    for clip, (background, snr, task, response, correct) in trials.items():
        record = records[clip]
        assert [background, snr, task] == [record["background"], record["snr_db"], record["task"]]
        assert correct == (record[task] in response.split("|"))
    assert [values[2] for values in trials.values()].count("word") == 3
    assert [values[2] for values in trials.values()].count("genre") == 2
    return trials


def check_read_back(path, opened):
    """Read a table as `behavior` does; return it."""
    records = [opened.record(number) for number in range(len(opened))]
    clips = pd.DataFrame(
        {name: record[name] for name in ("key", "task", "background", "snr_db", "source")}
        | {"truth": record[record["task"]], "target": f"{record['target_file']}@{record['target_start_s']}"}
        for record in records
    ).astype({"snr_db": float})
    return listeners.read(path, clips, opened.labels, {"genre": 3})


def test_session_on_a_phone_with_a_reload(person, hosted, opened, tmp_path):
    someone = person(*hosted(PARAMS), viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    page = someone.page
    someone.open("?participant=p-1&session=1")
    assert "This is a template." in page.locator(".notice").inner_text()
    # six headphone trials, two practice sounds, five trials and an attention check
    assert "You will hear 14 short sounds. This takes about 4 minutes" in page.locator("main").inner_text()
    someone.press("I agree to take part")
    assert "Tap Play" in page.locator("main").inner_text()
    page.reload()
    someone.press("Continue")
    someone.set_volume()
    someone.respond()  # the introduction of the headphone check
    for right in (True, True, False, True, True, True):
        someone.respond(right)

    assert someone.step["kind"] == "intro"
    someone.respond()
    word = page.get_by_role("combobox")
    someone.due()
    word.fill("garage")  # not in the list
    word.press("Enter")
    assert "“garage” is not one of the words." in page.get_by_role("alert").inner_text()
    assert someone.step["kind"] == "practice"
    word.fill("har")
    assert page.get_by_role("option").all_inner_texts() == ["harbor", "harvest"]
    assert word.get_attribute("aria-expanded") == "true"
    word.press("Enter")
    assert "2 words begin with these letters. Keep typing, or tap" in page.get_by_role("alert").inner_text()
    assert not page.get_by_role("option").count()
    word.tap()
    assert page.get_by_role("option").count() == 2
    page.get_by_role("option", name="harvest").click()
    assert word.input_value() == "harvest"
    someone.respond(right=False)  # followed by feedback
    someone.respond()  # the end of practice
    someone.respond()

    someone.due()
    step, share = someone.step, page.locator("progress").get_attribute("value")
    assert step["kind"] == "trial"
    page.reload()
    someone.reloads = 1  # its sound is not played again, so that trial has no response time
    assert someone.title == "Welcome back"
    assert page.locator("progress").get_attribute("value") == share
    someone.press("Continue")
    someone.due()
    assert someone.step == step
    assert "is not played again" in page.locator(".notice").inner_text()
    assert page.evaluate("begun") == 0
    while someone.title != "Thank you":
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        someone.respond(right=len(someone.responses) % 2 == 0)

    name, text = someone.download()
    assert name == "p-1.csv"
    trials = check_table(text, "p-1", someone, opened)
    assert set(someone.responses) - set(trials) == {*(f"headphones-{n}" for n in range(1, 7)), "attention-1"}
    (tmp_path / name).write_text(text)
    read = check_read_back(tmp_path / name, opened)
    assert dict(zip(read["clip"], read["correct"], strict=True)) == {
        clip: values[4] for clip, values in trials.items()
    }
    assert read["headphones"].unique() == pytest.approx([5 / 6])
    page.reload()  # the session stays finished
    assert someone.title == "Thank you"
    assert someone.download()[1] == text
    someone.check_clean()


def test_session_by_keyboard_is_posted_to_the_serving_command(person, opened, tmp_path):
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"experiment": plain(QUICK), "behavior": BEHAVIOR}))
    command = [
        sys.executable,
        "-m",
        "heschl.commands.main",
        "experiment",
        "e0",
        "--shards",
        str(opened.folder),
        "--serve",
        "0",
    ]
    environment = os.environ | {"PYTHONPATH": CODE}
    heeds_interrupts = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also in a background job
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=heeds_interrupts
    ) as server:
        try:
            assert server.stdout.readline().startswith("e0: built")
            address = re.search(r"http://127.0.0.1:\d+", server.stdout.readline()).group()
            someone = person(tmp_path / "e0", f"{address}/", color_scheme="dark", reduced_motion="reduce")
            by_keyboard(someone)
            someone.page.get_by_text("Your answers have been sent.").wait_for()
            assert server.stdout.readline() == "Saved e0/results/p-2.csv\n"
            text = (tmp_path / "e0/results/p-2.csv").read_text()
            check_table(text, "p-2", someone, opened)
            assert someone.download() == ("p-2.csv", text)
            someone.page.reload()
            someone.page.get_by_text("Your answers have been sent.").wait_for()
            assert os.listdir(tmp_path / "e0/results") == ["p-2.csv"]
            assert len(check_read_back(tmp_path / "e0/results", opened)) == 5
            someone.open("?participant=p-9")
            assert someone.state["session"] == 0  # the list without a table
            someone.check_clean()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.communicate(timeout=30) == ("\n", None)


def by_keyboard(someone):
    """Go through a session with Tab, Space, Enter, arrows and letters."""
    keys, page = someone.page.keyboard, someone.page

    def tab_to(name):
        for _ in range(20):
            keys.press("Tab")
            if page.evaluate("document.activeElement.innerText") == name:
                return
        raise AssertionError(f"Tab does not lead to {name}")

    someone.open("?PROLIFIC_PID=p-2&session=2")
    for name in ("I agree to take part", "Play", "The volume is comfortable"):
        tab_to(name)
        keys.press("Enter")
    while someone.title != "Thank you":
        kind, step = someone.due(), someone.step
        if kind == "text":
            focused = page.evaluate("document.activeElement.tagName === 'BUTTON'")
            keys.press("Enter") if focused else (
                tab_to(page.locator(".buttons button").first.inner_text()),
                keys.press("Enter"),
            )
        elif kind == "number":
            keys.press(str(step["beeps"]))
            someone.note(step["id"], ["clean", None, "attention", str(step["beeps"]), 1])
        else:
            background, snr, truth = someone.data["clips"][step["key"]]
            if kind == "typed":
                for key in ("h", "ArrowDown", "ArrowDown", "Enter", "Enter"):
                    keys.press(key)
                response = "harvest"
            else:
                labels = someone.data["tasks"]["genre"]["labels"]
                for key in ("Space", "Tab", "Space", "Enter"):  # Enter: too few are chosen
                    keys.press(key)
                assert "choose 1 more" in page.get_by_role("alert").inner_text()
                for key in ("Tab", "Space", "Enter"):
                    keys.press(key)
                response = "|".join(labels[:3])
            if step["kind"] == "practice":
                page.locator("p.right, p.wrong").wait_for()
                keys.press("Enter")
            else:
                someone.note(
                    step["key"], [background, snr, step["task"], response, int(truth in response.split("|"))]
                )
        someone.wait_until_done(step)


def test_no_answer_is_an_answer(person, hosted):
    """It is a row of the table, and wrong; with labels to choose, none needs to be chosen for it."""
    someone = person(*hosted(QUICK))
    page = someone.page
    someone.open("?participant=p-8&session=1")
    someone.begin()
    while someone.title != "Thank you":
        if someone.due() == "text":
            page.locator(".buttons button").first.click()
        elif page.get_by_role("button", name="No answer").count():
            step = someone.step
            someone.press("No answer")
            if step["kind"] == "practice":
                assert page.locator("p.wrong").inner_text().endswith("You gave no answer.")
                someone.press("Next")
            someone.wait_until_done(step)
        else:
            someone.respond()
    table = pd.read_csv(io.StringIO(someone.download()[1]), dtype=str, keep_default_na=False)
    trials = table[table["task"] != "attention"]
    assert len(trials) == 5
    assert trials["response"].eq("").all()
    assert trials["correct"].eq("0").all()
    assert trials["response_time_s"].astype(float).ge(0).all()


def test_session_ends_after_two_failed_headphone_checks(person, hosted, opened):
    someone = person(*hosted(replace(PARAMS, completion="https://lab.example/done")))
    someone.open("?participant=p-3")
    someone.begin()
    for right in (None, *[False] * 6, None, *[True] * 4, *[False] * 2):
        someone.respond(right)
    assert someone.title == "Headphones are needed"
    someone.respond()
    someone.page.get_by_role("link", name="Download").wait_for()
    assert someone.title == "Thank you"
    assert not someone.page.get_by_role("link", name="Finish").count()
    table = pd.read_csv(io.StringIO(someone.download()[1]))
    assert table["task"].eq("headphones").all()
    assert table["correct"].tolist() == [0] * 6 + [1] * 4 + [0] * 2
    assert len(table) == 2 * len(checks.PAIRS)


def test_failed_loads_and_posts_can_be_repeated(person, hosted):
    someone = person(
        *hosted(
            replace(QUICK, post="http://127.0.0.1:9/take", sessions=1, completion="https://lab.example/done")
        )
    )
    someone.open("?participant=p-4")
    someone.press("I agree to take part")
    someone.page.route("**/sounds/*", lambda route: route.abort())
    someone.page.reload()
    someone.press("Continue")
    alert = someone.page.get_by_role("alert")
    assert "sounds/volume.wav" in alert.inner_text()
    assert "try again" in alert.inner_text()
    someone.page.unroute("**/sounds/*")
    someone.press("Try again")
    someone.page.get_by_role("button", name="Play").wait_for()
    assert not alert.count()
    someone.page.evaluate("memory.save({ done: stepsOf(EXPERIMENT, 0).length })")
    someone.page.reload()
    someone.page.get_by_text("Your answers could not be sent").wait_for()
    assert someone.download()[1] == ",".join(TABLE) + "\n"
    someone.page.route(
        "**/take", lambda route: route.fulfill(status=200, headers={"Access-Control-Allow-Origin": "*"})
    )
    someone.press("Send again")
    someone.page.get_by_text("Your answers have been sent").wait_for()
    assert someone.page.get_by_role("link", name="Finish").get_attribute("href") == "https://lab.example/done"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?participant=Jane%20Doe", "participant=Jane Doe: expected 1 to 64 letters"),
        ("?session=3", "session=3: expected 1 to 2."),
    ],
)
def test_wrong_link_names_the_mistake(person, hosted, query, said):
    someone = person(*hosted(QUICK))
    someone.page.goto(someone.address + query)
    assert said in someone.page.get_by_role("alert").inner_text()


def test_random_name_is_kept_and_declining_stores_nothing(person, hosted):
    someone = person(*hosted(QUICK))
    someone.open("")
    name = someone.state["participant"]
    someone.press("I do not agree")
    someone.page.get_by_text("nothing was stored").wait_for()
    someone.open("")
    assert (someone.state["participant"], someone.state["done"], someone.state["rows"]) == (name, 0, [])
    assert re.fullmatch(r"p[0-9a-f]{8}", name)
    someone.check_clean()


def test_session_continues_in_a_browser_without_storage(person, hosted):
    someone = person(*hosted(QUICK))
    someone.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('barred'); } });"
    )
    someone.open("")
    assert "This browser does not store" in someone.page.get_by_text("do not reload").inner_text()
    someone.page.evaluate("memory.forget()")
    someone.check_clean()


@pytest.mark.parametrize(
    ("typed", "response"),
    [("polish", "polish"), ("Polish", "Polish"), ("POLISH", None), ("HARBOR", "harbor")],
)
def test_words_that_differ_only_in_case_can_both_be_typed(person, hosted, typed, response):
    someone = person(*hosted(QUICK))
    someone.open("")
    someone.page.evaluate("""() => {
        window.form = typedForm({ question: "Which?", labels: ["Polish", "polish", "harbor"] });
        stage.replaceChildren(form.node);
        form.response.then((label) => { window.answered = label; });
    }""")
    someone.page.get_by_role("combobox").fill(typed)
    someone.page.get_by_role("combobox").press("Enter")
    if response is None:
        assert "2 words begin with these letters" in someone.page.get_by_role("alert").inner_text()
    else:
        someone.page.wait_for_function("(label) => window.answered === label", arg=response)


def test_page_opens_as_a_file(person, hosted):
    folder, _ = hosted(QUICK)
    someone = person(folder, (folder / "index.html").as_uri())
    someone.open("?participant=p-5")
    someone.press("I agree to take part")
    someone.press("Play")
    someone.press("The volume is comfortable")
    someone.respond()
    someone.respond()
    assert someone.step["kind"] == "begin"
    assert not [
        text for text in someone.said if "jsPsych detected that it is running via the file" not in text
    ]


def test_a_direction_is_pointed_at(person, hosted, corpus, sound, mixture_params, tmp_path):
    artists = sorted(set(corpus[1]["music"]["artist"]))
    named = {
        artist: f"{360 * place // len(artists):03d}+{30 * (place % 2):02d}"
        for place, artist in enumerate(artists)
    }
    shards = grid_of(corpus, sound, mixture_params, tmp_path / "grid", named.get)
    params = replace(PARAMS, trials={"genre": 2}, answers={"genre": "dial"}, attention=0)
    someone = person(*hosted(params, shards), viewport={"width": 700, "height": 1100})
    page = someone.page
    someone.open("?participant=p-3&session=1")
    someone.begin()
    while someone.step["kind"] != "trial":
        someone.respond()
    someone.due()
    task = someone.data["tasks"]["genre"]
    assert len(task["directions"]) == len(task["labels"]) == page.locator(".dial input").count()
    places = {}
    for label, (azimuth, elevation) in zip(task["labels"], task["directions"], strict=True):
        box = page.locator(f".dial input[value='{label}']").bounding_box()
        places[azimuth, elevation] = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    dial = page.locator(".dial").bounding_box()
    middle = dial["x"] + dial["width"] / 2, dial["y"] + dial["height"] / 2
    for (azimuth, elevation), (x, y) in places.items():
        across, up = middle[0] - x, middle[1] - y
        assert math.degrees(math.atan2(across, up)) % 360 == pytest.approx(azimuth, abs=1)  # left is left
        assert (math.hypot(across, up) < 0.4 * dial["width"]) == (elevation > 0)  # higher is further inside
    someone.press("Next")
    assert "Please point at a direction" in page.locator(".alert").inner_text()
    x, y = places[tuple(task["directions"][0])]
    page.mouse.click(x + 6, y + 6)  # near it
    assert page.locator(".dial input:checked").get_attribute("value") == task["labels"][0]
    assert page.locator(".count").inner_text() == page.evaluate("spoken", task["directions"][0])
    step = someone.step
    someone.press("Next")
    someone.wait_until_done(step)
    assert [row[5] for row in someone.state["rows"]][-1] in task["labels"]
    someone.check_clean()


@pytest.mark.parametrize(
    ("direction", "words"),
    [([0, 0], "straight ahead"), ([180, 30], "straight behind, 30° up"), ([90, 0], "90° to the left"),
     ([270, -20], "90° to the right, 20° down")],
)  # fmt: skip
def test_directions_are_said_in_words(person, hosted, direction, words):
    someone = person(*hosted(QUICK))
    someone.open("?participant=p-4&session=1")
    assert someone.page.evaluate("spoken", direction) == words
