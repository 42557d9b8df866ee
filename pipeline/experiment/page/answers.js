/* Forms: a word typed with completion, labels chosen, a number pressed. Each returns {node, focus, answer: promise of text}. */
"use strict";

/** Return an element with attributes (a function is a listener) and children. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value !== false && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const plainly = (text) => text.normalize("NFC").trim().toLowerCase();

/** A combobox: only words of the list are accepted. */
function typedAnswer({ question, labels }) {
  let active = -1;
  let shown = [];
  const list = element("ul", { id: "words", role: "listbox", "aria-label": "Words of the list", hidden: true });
  const input = element("input", {
    id: "word", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "words",
    "aria-describedby": "alert", autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", enterkeyhint: "done",
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
    const typed = plainly(input.value);
    shown = labels.filter((label) => plainly(label).startsWith(typed));
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
    active = active < 0 ? (step > 0 ? 0 : shown.length - 1) : (active + step + shown.length) % shown.length;
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

  let node;
  const answer = new Promise((resolve) => {
    function submit(event) {
      event.preventDefault();
      const typed = plainly(input.value);
      const alike = labels.filter((label) => plainly(label) === typed); // several, where labels differ by case alone
      const exact = labels.find((label) => label === input.value) ?? (alike.length === 1 ? alike[0] : undefined);
      const begun = typed ? labels.filter((label) => plainly(label).startsWith(typed)) : [];
      if (active >= 0) take(shown[active]);
      else if (exact !== undefined) resolve(exact);
      else if (begun.length === 1) {
        take(begun[0]);
        say(`“${begun[0]}”? If so, press Enter or Next once more.`, true);
      } else {
        close(); // what is said is below the list
        const what = typed ? `“${input.value.trim()}” is not one of the words.` : "No word yet.";
        const more = "Type the first letters of what you heard and take the word that comes closest; a guess is fine.";
        say(begun.length ? `${begun.length} words begin so: type on, or take one with the down arrow.` : `${what} ${more}`);
        input.focus();
      }
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
    input.addEventListener("input", () => (say(""), plainly(input.value) ? open() : close()));
    input.addEventListener("keydown", key);
    input.addEventListener("blur", close);
    node = element("form", { submit, novalidate: true }, element("label", { for: "word" }, question),
      element("div", { class: "combobox" }, input, list), count, alert, element("button", { type: "submit" }, "Next"));
  });
  return { node, focus: () => input.focus(), answer };
}

/** Check boxes, of which exactly `choose` must be ticked. */
function chosenAnswer({ question, labels, choose }) {
  const boxes = labels.map((label) => element("input", { type: "checkbox", value: label, change: said }));
  const count = element("p", { class: "count", role: "status" });
  const alert = element("p", { class: "alert", role: "alert" });
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  function said() {
    count.textContent = `${chosen().length} of ${choose} chosen`;
    alert.textContent = "";
  }
  said();
  let node;
  const answer = new Promise((resolve) => {
    function submit(event) {
      event.preventDefault();
      const over = chosen().length - choose;
      if (!over) resolve(chosen().join("|"));
      else alert.textContent = over < 0 ? `Choose ${-over} more, please; a guess is fine.` : `Take ${over} away, please.`;
    }
    node = element("form", { submit }, element("fieldset", {}, element("legend", {}, question),
      element("div", { class: "choices" }, ...boxes.map((box, i) => element("label", {}, box, labels[i])))),
      element("div", { class: "foot" }, count, alert, element("button", { type: "submit" }, "Next")));
  });
  return { node, focus: () => boxes[0].focus(), answer };
}

/** A row of buttons, which the number keys press too; the answer is the number, from 1. */
function numberAnswer({ question, labels }) {
  let node;
  const answer = new Promise((resolve) => {
    const buttons = labels.map((label, i) => element("button", { type: "button", click: () => resolve(String(i + 1)) }, label));
    const key = (event) => buttons[Number(event.key) - 1]?.click();
    node = element("div", { role: "group", "aria-labelledby": "question", keydown: key, tabindex: "-1" },
      element("p", { id: "question" }, question), element("div", { class: "numbers" }, ...buttons));
  });
  return { node, focus: () => node.focus(), answer };
}

const FORMS = { typed: typedAnswer, chosen: chosenAnswer, number: numberAnswer };
