/* Response forms: a typed word with completion, chosen labels, a direction, a number. Each returns {node, focus,
   response}, where response is a promise of text. */
"use strict";

/** Return an element with attributes (functions become event listeners) and children. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value !== false && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const TOUCH = matchMedia("(hover: none) and (pointer: coarse)").matches; // a phone or tablet
const NO_ANSWER = "No answer";

/** Return a button that ends a trial with an empty response. */
function skip(resolve) {
  return element("button", { type: "button", class: "quiet", click: () => resolve("") }, NO_ANSWER);
}

const normalized = (text) => text.normalize("NFC").trim().toLowerCase();

/** A combobox that accepts only labels of the list. */
function typedForm({ question, labels }) {
  let active = -1;
  let shown = [];
  const attributes = { id: "words", role: "listbox", "aria-label": "Words in the list", hidden: true };
  const list = element("ul", attributes);
  const input = element("input", {
    id: "word", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "words", "aria-describedby": "alert", autocomplete: "off", autocapitalize: "none",
    autocorrect: "off", spellcheck: "false", enterkeyhint: "done",
  });
  const count = element("p", { class: "unseen", role: "status" });
  const alert = element("p", { id: "alert", class: "alert", role: "alert" });

  function say(text, mild = false) {
    alert.textContent = text;
    alert.classList.toggle("mild", mild);
  }
  function close() {
    [active, shown] = [-1, []];
    list.replaceChildren();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function open() {
    close();
    const typed = normalized(input.value);
    shown = labels.filter((label) => normalized(label).startsWith(typed));
    list.append(...shown.map((label, i) => element("li", {
      id: `word-${i}`, role: "option", "aria-selected": "false",
      pointerdown: (event) => event.preventDefault(), click: () => take(label),
    }, label)));
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    count.textContent = `${shown.length} ${shown.length === 1 ? "word" : "words"}`;
  }
  function move(step) {
    if (list.hidden) open();
    if (!shown.length) return;
    const start = step > 0 ? 0 : shown.length - 1;
    active = active < 0 ? start : (active + step + shown.length) % shown.length;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    list.children[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", `word-${active}`);
  }
  function take(label) {
    input.value = label;
    say("");
    close();
    input.focus();
  }
  function refuse(matches) {
    close(); // the message is below the list
    const typed = input.value.trim();
    const problem = typed ? `“${typed}” is not one of the words.` : "Please enter a word.";
    const advice = "Type the first letters of what you heard and choose the closest word. Guess if you are " +
      "not sure.";
    const other = TOUCH ? "tap the box to see them" : "choose one with the down arrow";
    say(matches
      ? `${matches} words begin with these letters. Keep typing, or ${other}.`
      : `${problem} ${advice}`);
    input.focus();
  }

  let node;
  const response = new Promise((resolve) => {
    function submit(event) {
      event.preventDefault();
      const typed = normalized(input.value);
      // Several labels are alike if they differ only in case.
      const alike = labels.filter((label) => normalized(label) === typed);
      const only = alike.length === 1 ? alike[0] : undefined;
      const exact = labels.find((label) => label === input.value) ?? only;
      const matches = typed ? labels.filter((label) => normalized(label).startsWith(typed)) : [];
      if (active >= 0) take(shown[active]);
      else if (exact !== undefined) resolve(exact);
      else if (matches.length === 1) {
        take(matches[0]);
        const how = TOUCH ? "tap Next" : "press Enter or Next";
        say(`Did you mean “${matches[0]}”? If so, ${how} again.`, true);
      } else refuse(matches.length);
    }
    function key(event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape") {
        if (list.hidden) input.value = "";
        close();
      }
    }
    input.addEventListener("input", () => (say(""), normalized(input.value) ? open() : close()));
    input.addEventListener("keydown", key);
    input.addEventListener("blur", close);
    input.addEventListener("click", () => normalized(input.value) && open()); // a phone has no down arrow
    node = element("form", { submit, novalidate: true }, element("label", { for: "word" }, question),
      element("div", { class: "combobox" }, input, list), count, alert,
      element("div", { class: "answer" }, element("button", { type: "submit" }, "Next"), skip(resolve)));
  });
  return { node, focus: () => input.focus(), response };
}

/** Check boxes, exactly `choose` of which must be checked. */
function chosenForm({ question, labels, choose }) {
  const boxes = labels.map((label) => element("input", { type: "checkbox", value: label, change: update }));
  const count = element("p", { class: "count", role: "status" });
  const alert = element("p", { class: "alert", role: "alert" });
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  function update() {
    count.textContent = `${chosen().length} of ${choose} chosen`;
    alert.textContent = "";
  }
  update();
  let node;
  const response = new Promise((resolve) => {
    function submit(event) {
      event.preventDefault();
      const over = chosen().length - choose;
      if (!over) resolve(chosen().join("|"));
      else if (over < 0) alert.textContent = `Please choose ${-over} more. Guess if you are not sure.`;
      else alert.textContent = `Please remove ${over}.`;
    }
    node = element("form", { submit }, element("fieldset", {}, element("legend", {}, question),
      element("div", { class: "choices" }, ...boxes.map((box, i) => element("label", {}, box, labels[i])))),
      element("div", { class: "foot" }, count, alert,
        element("div", { class: "answer" }, element("button", { type: "submit" }, "Next"), skip(resolve))));
  });
  return { node, focus: () => boxes[0].focus(), response };
}

/** Return a direction in words. */
function spoken([azimuth, elevation]) {
  const side = azimuth > 180 ? 360 - azimuth : azimuth;
  const ahead = { 0: "straight ahead", 180: "straight behind" }[side];
  const along = ahead ?? `${side}° to the ${azimuth > 180 ? "right" : "left"}`;
  if (!elevation) return along;
  return `${along}, ${Math.abs(elevation)}° ${elevation > 0 ? "up" : "down"}`;
}

const RIM = 46; // of the dial, % of its width
const HUB = 16; // the head

/** Directions around a head seen from above: ahead is at the top, higher ones are further inside. */
function dialForm({ question, labels, directions }) {
  const heights = [...new Set(directions.map(([, elevation]) => elevation))].sort((a, b) => a - b);
  const place = ([azimuth, elevation]) => {
    const radius = RIM - (RIM - HUB) * heights.indexOf(elevation) / heights.length;
    const angle = azimuth * Math.PI / 180;
    return [50 - radius * Math.sin(angle), 50 - radius * Math.cos(angle)];
  };
  const said = element("p", { class: "count", role: "status" });
  const alert = element("p", { class: "alert", role: "alert" });
  const points = directions.map((direction, i) => {
    const point = element("input", {
      type: "radio", name: "direction", value: labels[i], "aria-label": spoken(direction),
      change: () => choose(i),
    });
    [point.style.left, point.style.top] = place(direction).map((share) => `${share}%`);
    return point;
  });
  const dial = element("div", { class: "dial", role: "radiogroup", "aria-labelledby": "question" },
    element("span", { class: "head", "aria-hidden": "true" }, "▲"), ...points);
  function choose(i) {
    points[i].checked = true;
    said.textContent = spoken(directions[i]);
    alert.textContent = "";
  }
  function nearest(event) {
    const { left, top, width, height } = dial.getBoundingClientRect();
    const [x, y] = [100 * (event.clientX - left) / width, 100 * (event.clientY - top) / height];
    const away = directions.map(place).map(([a, b]) => Math.hypot(a - x, b - y));
    const found = away.indexOf(Math.min(...away));
    choose(found);
    points[found].focus();
  }
  dial.addEventListener("click", nearest);
  let node;
  const response = new Promise((resolve) => {
    function submit(event) {
      event.preventDefault();
      const chosen = points.find((point) => point.checked);
      if (chosen) resolve(chosen.value);
      else alert.textContent = "Please point at a direction. Guess if you are not sure.";
    }
    const higher = heights.length > 1 ? " Points further inside are higher." : "";
    node = element("form", { submit }, element("p", { id: "question" }, question),
      element("p", {}, `This is your head, seen from above, and you face the top of the page.${higher}`), dial, said, alert,
      element("div", { class: "answer" }, element("button", { type: "submit" }, "Next"), skip(resolve)));
  });
  return { node, focus: () => points[0].focus(), response };
}

/** A row of buttons, also pressed by the number keys; the response is the number, from 1. */
function numberForm({ question, labels }) {
  let node;
  const response = new Promise((resolve) => {
    const buttons = labels.map((label, i) =>
      element("button", { type: "button", click: () => resolve(String(i + 1)) }, label));
    const key = (event) => buttons[Number(event.key) - 1]?.click();
    node = element("div", { role: "group", "aria-labelledby": "question", keydown: key, tabindex: "-1" },
      element("p", { id: "question" }, question), element("div", { class: "numbers" }, ...buttons));
  });
  return { node, focus: () => node.focus(), response };
}

const FORMS = { typed: typedForm, chosen: chosenForm, dial: dialForm, number: numberForm };
