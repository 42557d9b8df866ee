/* jsPsych plugins: a text with buttons, the volume, a sound and its answer. */
"use strict";

const { ParameterType } = jsPsychModule;
const PAUSE_MS = 700; // of silence before a sound
const AHEAD = 3; // sounds loaded before they are due

const heading = (text) => element("h1", { tabindex: "-1" }, text);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Show content, its heading focused, so that the keyboard and a screen reader start there. */
function show(display, ...content) {
  display.replaceChildren(...content);
  window.scrollTo(0, 0);
  display.querySelector("h1").focus({ preventScroll: true });
}

/** Append buttons; return a promise of the number of the one pressed. A press also lets the browser sound. */
function pressed(display, labels, focus = false) {
  return new Promise((resolve) => {
    const buttons = labels.map((label, i) =>
      element("button", { type: "button", class: i ? "quiet" : "", click: () => (sounds.wake(), row.remove(), resolve(i)) }, label));
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
      notice: { type: ParameterType.STRING, default: null }, // before the paragraphs, framed
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
  static info = { name: "volume", version: "1.0.0", data: {}, parameters: { sound: { type: ParameterType.STRING } } };

  async trial(display, trial) {
    show(display, heading("Volume"),
      element("p", {}, "Put on your headphones. Set your device to a low volume, press Play, then turn it up until the noise is comfortable."),
      element("p", {}, "The sounds to come are about as loud. Please leave the volume as it is from then on. If you hear nothing, see " +
        "whether the device is muted."));
    const sound = await loaded(display, trial.sound);
    let playing = null;
    await new Promise((resolve) => {
      const next = element("button", { type: "button", class: "quiet", disabled: true, click: resolve }, "It is comfortable");
      const play = element("button", { type: "button", "aria-pressed": "false", click: () => {
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
      } }, "Play");
      display.append(element("div", { class: "buttons" }, play, next));
    });
    playing?.stop();
    return {};
  }
}

class HearingPlugin {
  static info = {
    name: "hearing", version: "1.0.0", data: { response: { type: ParameterType.STRING } },
    parameters: {
      title: { type: ParameterType.STRING },
      sound: { type: ParameterType.STRING },
      ahead: { type: ParameterType.COMPLEX, default: [] }, // sounds that come next
      heard: { type: ParameterType.BOOL, default: false }, // it began to play before a reload: it is not played again
      began: { type: ParameterType.FUNCTION, default: () => {} },
      form: { type: ParameterType.COMPLEX }, // {kind, question, labels, choose}
      truth: { type: ParameterType.STRING, default: null }, // said after the answer, in practice
    },
  };

  async trial(display, trial) {
    const status = element("p", { class: "listen" }, "Listen …");
    show(display, heading(trial.title), status);
    if (!trial.heard) {
      const sound = await loaded(display, trial.sound);
      trial.ahead.slice(0, AHEAD).forEach((url) => sounds.load(url).catch(() => {})); // said when it is due
      if (!sounds.awake) await pressed(display, ["Play the sound"], true);
      await pause(PAUSE_MS);
      trial.began();
      status.classList.add("playing");
      await sounds.play(sound).ended;
    }
    const again = "This sound was played before the page was reloaded, and is not played again. Answer as well as you can.";
    status.replaceWith(...(trial.heard ? [element("p", { class: "notice" }, again)] : []));
    const form = FORMS[trial.form.kind](trial.form);
    display.append(form.node);
    form.focus();
    const response = await form.answer;
    if (trial.truth !== null) await feedback(display, trial, response);
    return { response };
  }
}

/** Return a sound; where it cannot be loaded, say so and try again as often as is asked for. */
async function loaded(display, url) {
  for (;;) {
    try {
      return await sounds.load(url);
    } catch (error) {
      const text = `A sound could not be loaded (${error.message}). Is this device online? Nothing is lost: try again, or come back later.`;
      const alert = element("p", { class: "alert", role: "alert" }, text);
      display.append(alert);
      await pressed(display, ["Try again"], true);
      alert.remove();
    }
  }
}

async function feedback(display, trial, response) {
  const right = response.split("|").includes(trial.truth);
  const said = right ? `Right: it was “${trial.truth}”.` : `Not quite: it was “${trial.truth}”.`;
  const yours = right ? "" : ` You answered ${response.split("|").map((label) => `“${label}”`).join(", ")}.`;
  show(display, heading(trial.title), element("p", { class: right ? "right" : "wrong", role: "status" }, said + yours));
  await pressed(display, ["Next"], true);
}
