/* Run the session, continue it after a reload, and end it. */
"use strict";

const RETRIES_MS = [0, 1000, 3000];

function progress(share) {
  document.getElementById("header").hidden = false;
  document.getElementById("progress").value = share;
  document.getElementById("share").textContent = `${Math.round(100 * share)} %`;
}

/** Run the remaining steps of the session, then end it. */
async function run(experiment, memory) {
  const steps = stepsOf(experiment, memory.state.session);
  const jsPsych = initJsPsych({ display_element: stage });
  let declined = false;
  const length = lengthOf(steps, experiment);
  const counted = (some) => some.filter((step) => !step.again).length;
  const share = () => counted(steps.slice(0, memory.state.done)) / counted(steps);
  const node = (step, place) => ({
    conditional_function: () => wanted(step, experiment, memory, declined),
    timeline: [{
      ...trialOf(step, experiment, memory, steps.slice(place + 1).map(soundOf).filter(Boolean), length),
      on_finish: (data) => {
        declined = step.kind === "consent" && data.button === 1;
        if (!declined) memory.finish(place, rowOf(step, experiment, data.response), data.seconds);
        progress(share());
      },
    }],
  });
  const left = steps.map(node).slice(memory.state.done);
  progress(share());
  if (left.length) await jsPsych.run([...welcome(memory), ...left]);
  stage.tabIndex = -1;
  if (declined) {
    const text = "You have chosen not to take part, and nothing was stored. You can close this page.";
    show(stage, heading("Thank you"), element("p", {}, text));
  } else {
    memory.save({ done: steps.length });
    progress(1);
    await end(experiment, memory);
  }
}

/** Return the first screens: after a reload, a button, without which browsers do not play sounds. */
function welcome(memory) {
  const warning = {
    type: TextPlugin, title: "Please note",
    paragraphs: [
      "This browser does not store your progress. Please do not reload or close the page before the end.",
    ],
  };
  const back = {
    type: TextPlugin, title: "Welcome back", buttons: ["Continue"],
    paragraphs: ["You continue where you stopped. Nothing is lost."],
  };
  return [...(memory.keeps ? [] : [warning]), ...(memory.fresh ? [] : [back])];
}

/** Send the table if there is a URL for it, and offer it as a file. */
async function end(experiment, memory) {
  const url = document.documentElement.dataset.post;
  const file = URL.createObjectURL(new Blob([memory.table], { type: "text/csv" }));
  const sending = "Sending your answers …";
  const saving = "Please save your answers and give the file to the experimenter.";
  const status = element("p", { role: "status" }, url ? sending : saving);
  const download = `${memory.state.participant}.csv`;
  const links = element("div", { class: "buttons" },
    element("a", { class: "button", href: file, download }, "Download your answers (csv)"));
  show(stage, heading("Thank you"), element("p", {}, "You have reached the end."), status, links);
  if (memory.random) {
    const next = () => (memory.forget(), location.reload());
    links.append(element("button", { type: "button", class: "quiet", click: next }, "Next participant"));
  }
  while (url && !memory.state.posted) {
    const problem = await sent(url, memory.table);
    if (problem === null) memory.save({ posted: true });
    else {
      status.textContent = `Your answers could not be sent (${problem}). Please try again, or download ` +
        "them and give the file to the experimenter.";
      await pressed(stage, ["Send again"]);
      status.textContent = sending;
    }
  }
  if (url) status.textContent = "Your answers have been sent. You can close this page.";
  if (experiment.completion && !hears(memory, experiment).barred) {
    links.prepend(element("a", { class: "button", href: experiment.completion }, "Finish"));
  }
}

/** Post the table, with retries; return null, or what went wrong. */
async function sent(url, table) {
  const headers = { "Content-Type": "text/csv" };
  let problem;
  for (const wait of RETRIES_MS) {
    await pause(wait);
    try {
      const reply = await fetch(url, { method: "POST", body: table, headers, credentials: "omit" });
      if (reply.ok) return null;
      problem = `the server replied ${reply.status}`;
    } catch (error) {
      problem = error.message;
    }
  }
  return problem;
}

/** Show a problem and what to do about it. */
function report(title, problem, advice) {
  const alert = element("p", { class: "alert", role: "alert" }, String(problem));
  show(stage, heading(title), alert, element("p", {}, advice));
}

function broken(reason) {
  const advice = "Reload the page to continue where you stopped. If this happens again, please tell the " +
    "experimenter.";
  report("Something went wrong", reason, advice);
}

window.addEventListener("error", (event) => broken(event.message));
window.addEventListener("unhandledrejection", (event) => broken(event.reason));
stage.replaceChildren();
let memory;
try {
  memory = new Memory(EXPERIMENT, new URLSearchParams(location.search));
} catch (error) {
  report("This link does not work", error.message, "Please tell the experimenter.");
}
if (memory) run(EXPERIMENT, memory);
