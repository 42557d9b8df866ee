"""A participant at the page of a listening experiment, for the tests in a browser."""

import json
from pathlib import Path

# Time and sounds run faster; sounds that start are counted.
HURRY = """
window.begun = 0;
const { setTimeout: wait } = window, { start } = AudioBufferSourceNode.prototype;
window.setTimeout = (run, ms, ...rest) => wait(run, ms / 20, ...rest);
AudioBufferSourceNode.prototype.start = function (...rest) {
  window.begun += 1;
  this.playbackRate.value = 40;
  start.apply(this, rest);
};
"""
STEPS = "stepsOf(EXPERIMENT, memory.state.session)"


class Person:
    """A participant: what the page shows them, what they press, and the table that should result."""

    def __init__(self, context, folder, address):
        self.context, self.page, self.address = context, context.new_page(), address
        self.page.set_default_timeout(10_000)
        self.page.add_init_script(HURRY)
        self.asked, self.said, self.responses, self.reloads = [], [], {}, 0
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on(
            "console",
            lambda message: self.said.append(message.text) if message.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.data = json.loads(
            (folder / "data.js").read_text().removeprefix("const EXPERIMENT = ").removesuffix(";\n")
        )

    def open(self, query):
        self.page.goto(self.address + query)
        self.page.locator("h1").wait_for()
        self.steps = [step["id"] for step in self.page.evaluate(STEPS)]

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def title(self):
        return self.page.locator("h1").inner_text()

    @property
    def state(self):
        return self.page.evaluate("memory.state")

    @property
    def step(self):
        return self.page.evaluate(
            f"{STEPS}.slice(memory.state.done).find((step) => wanted(step, EXPERIMENT, memory, false))"
        )

    def begin(self):
        """Agree and set the volume."""
        self.press("I agree to take part")
        self.set_volume()

    def set_volume(self):
        assert self.page.get_by_role("button", name="The volume is comfortable").is_disabled()
        self.press("Play")
        self.press("The volume is comfortable")

    def due(self):
        """Wait until the page expects a response; return its kind."""
        places = {
            "typed": "[role=combobox]",
            "chosen": "fieldset",
            "dial": ".dial",
            "number": "#question",
            "text": ".buttons button",
        }
        self.page.locator(", ".join(places.values())).first.wait_for()
        return next(kind for kind, place in places.items() if self.page.locator(place).count())

    def respond(self, right=True):
        """Respond, correctly or not, and note the row that the table should have."""
        kind, step = self.due(), self.step
        if kind == "text":
            self.page.locator(".buttons button").first.click()
        elif kind == "number":
            truth = step.get("beeps") or self.data["headphones"]["soft"][step["which"]]
            response = truth if right else truth % 3 + 1
            self.note(step["id"], ["clean", None, step["kind"], str(response), int(right)])
            self.page.keyboard.press(str(response))
        else:
            background, snr, truth = self.data["clips"][step["key"]]
            labels = self.data["tasks"][step["task"]]["labels"]
            others = [label for label in labels if label != truth]
            if kind == "typed":
                response = truth if right else others[0]
                self.page.get_by_role("combobox").fill(response.upper())
                self.page.get_by_role("combobox").press("Enter")
            elif kind == "dial":
                response = truth if right else others[0]
                self.page.locator(f".dial input[value='{response}']").check()
                self.press("Next")
            else:
                chosen = [truth, *others[:2]] if right else others
                for label in chosen:
                    self.page.get_by_label(label).check()
                self.press("Next")
                response = "|".join(label for label in labels if label in chosen)
            if step["kind"] == "practice":
                said = self.page.locator("p.right" if right else "p.wrong").inner_text()
                assert f"“{self.named(step, truth)}”" in said
                self.press("Next")
            else:
                self.note(step["key"], [background, snr, step["task"], response, int(right)])
        self.wait_until_done(step)

    def named(self, step, label):
        """Return a label in words."""
        task = self.data["tasks"][step["task"]]
        if "directions" not in task:
            return label
        return self.page.evaluate("spoken", task["directions"][task["labels"].index(label)])

    def wait_until_done(self, step):
        self.page.wait_for_function("(place) => memory.state.done > place", arg=self.steps.index(step["id"]))

    def note(self, name, values):
        self.responses[name] = values

    def download(self):
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name="Download your answers (csv)").click()
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_text()

    def check_clean(self):
        """Check that nothing was loaded from elsewhere, and that the console has no errors or warnings."""
        assert all(
            url.startswith((self.address, "blob:" + self.address.split("/e")[0], "data:,"))
            for url in self.asked
        ), self.asked
        assert not self.said
