/* jsPsych plugins: a text with buttons, the volume, a sound with its response form. */
"use strict";

const { ParameterType } = jsPsychModule;
const PAUSE_MS = 700; // of silence before a sound
const AHEAD = 3; // sounds loaded in advance

const heading = (text) => element("h1", { tabindex: "-1" }, text);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Show content and focus its heading, where the keyboard and screen readers then start. */
function show(display, ...content) {
  display.replaceChildren(...content);
  window.scrollTo(0, 0);
  display.querySelector("h1").focus({ preventScroll: true });
}

/** Append buttons; return a promise of the number of the one pressed. A press also enables sound. */
function pressed(display, labels, focus = false) {
  return new Promise((resolve) => {
    const press = (i) => (sounds.wake(), row.remove(), resolve(i));
    const buttons = labels.map((label, i) =>
      element("button", { type: "button", class: i ? "quiet" : "", click: () => press(i) }, label));
    const row = element("div", { class: "buttons" }, ...buttons);
    display.append(row);
    if (focus) buttons[0].focus();
  });
}

class TextPlugin {
  static info = {
    name: "text", version: "1.0.0", data: { button: { type: ParameterType.INT } },
    parameters: {
      title: { type: ParameterType.STRING },
      paragraphs: { type: ParameterType.COMPLEX },
      notice: { type: ParameterType.STRING, default: null }, // framed, above the paragraphs
      buttons: { type: ParameterType.COMPLEX, default: ["Next"] },
    },
  };

  async trial(display, trial) {
    const notice = trial.notice ? [element("p", { class: "notice" }, trial.notice)] : [];
    show(display, heading(trial.title), ...notice, ...trial.paragraphs.map((text) => element("p", {}, text)));
    return { button: await pressed(display, trial.buttons) };
  }
}

class VolumePlugin {
  static info = {
    name: "volume", version: "1.0.0", data: {}, parameters: { sound: { type: ParameterType.STRING } },
  };

  async trial(display, trial) {
    show(display, heading("Volume"),
      element("p", {}, "Put on your headphones and set your device to a low volume. " +
        `${TOUCH ? "Tap" : "Press"} Play, then turn the volume up until the noise is comfortable.`),
      element("p", {}, "The sounds that follow are about as loud. From then on, please do not change the " +
        "volume. If you hear nothing, check that your device is not muted."));
    const sound = await loaded(display, trial.sound);
    let playing = null;
    await new Promise((resolve) => {
      const done = { type: "button", class: "quiet", disabled: true, click: resolve };
      const next = element("button", done, "The volume is comfortable");
      const toggle = () => {
        if (playing) playing = void playing.stop();
        else {
          sounds.wake();
          playing = sounds.play(sound, true);
          next.disabled = false;
        }
        play.textContent = playing ? "Stop" : "Play";
        play.setAttribute("aria-pressed", String(Boolean(playing)));
        play.classList.toggle("quiet", !next.disabled);
        next.classList.toggle("quiet", next.disabled);
      };
      const play = element("button", { type: "button", "aria-pressed": "false", click: toggle }, "Play");
      display.append(element("div", { class: "buttons" }, play, next));
    });
    playing?.stop();
    return {};
  }
}

class HearingPlugin {
  static info = {
    name: "hearing", version: "1.0.0",
    data: { response: { type: ParameterType.STRING }, seconds: { type: ParameterType.FLOAT } },
    parameters: {
      title: { type: ParameterType.STRING },
      sound: { type: ParameterType.STRING },
      ahead: { type: ParameterType.COMPLEX, default: [] }, // sounds of the next steps
      heard: { type: ParameterType.BOOL, default: false }, // before a reload, so not played again
      began: { type: ParameterType.FUNCTION, default: () => {} },
      form: { type: ParameterType.COMPLEX }, // {kind, question, labels, choose, directions}
      truth: { type: ParameterType.STRING, default: null }, // shown after the response, in practice
      named: { type: ParameterType.COMPLEX, default: null }, // labels in words, if they are none
    },
  };

  async trial(display, trial) {
    const status = element("p", { class: "listen" }, "Listen …");
    show(display, heading(trial.title), status);
    if (!trial.heard) await this.play(display, trial, status);
    const again = "This sound was played before the page was reloaded, and is not played again. Please " +
      "answer as well as you can.";
    status.replaceWith(...(trial.heard ? [element("p", { class: "notice" }, again)] : []));
    const form = FORMS[trial.form.kind](trial.form);
    display.append(form.node);
    form.focus();
    const shown = performance.now();
    const response = await form.response;
    const seconds = trial.heard ? null : (performance.now() - shown) / 1000; // from the end of the sound
    if (trial.truth !== null) await feedback(display, trial, response);
    return { response, seconds };
  }

  async play(display, trial, status) {
    const sound = await loaded(display, trial.sound);
    // A failure to load a sound in advance is shown when the sound is due.
    trial.ahead.slice(0, AHEAD).forEach((url) => sounds.load(url).catch(() => {}));
    if (!sounds.awake) await pressed(display, ["Play the sound"], true);
    await pause(PAUSE_MS);
    trial.began();
    status.classList.add("playing");
    await sounds.play(sound).ended;
  }
}

/** Return a sound; if it cannot be loaded, say so and offer to try again. */
async function loaded(display, url) {
  for (;;) {
    try {
      return await sounds.load(url);
    } catch (error) {
      const text = `A sound could not be loaded (${error.message}). Is this device online? Nothing is ` +
        "lost: try again, or come back later.";
      const alert = element("p", { class: "alert", role: "alert" }, text);
      display.append(alert);
      await pressed(display, ["Try again"], true);
      alert.remove();
    }
  }
}

async function feedback(display, trial, response) {
  const right = response.split("|").includes(trial.truth);
  const said = (label) => `“${trial.named?.[label] ?? label}”`;
  const quoted = response.split("|").map(said).join(", ");
  const answered = response ? `You answered ${quoted}.` : "You gave no answer.";
  const text = right ? `Right: it was ${said(trial.truth)}.` : `It was ${said(trial.truth)}. ${answered}`;
  const status = { class: right ? "right" : "wrong", role: "status" };
  show(display, heading(trial.title), element("p", status, text));
  await pressed(display, ["Next"], true);
}
