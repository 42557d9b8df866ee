/* Start, go on after a reload, and the end. */
"use strict";

const RETRIES_MS = [0, 1000, 3000];

function progress(share) {
  document.getElementById("header").hidden = false;
  document.getElementById("progress").value = share;
  document.getElementById("share").textContent = `${Math.round(100 * share)} %`;
}

/** Run what is left of the session, then end. */
async function run(experiment, memory) {
  const steps = stepsOf(experiment, memory.state.session);
  const jsPsych = initJsPsych({ display_element: stage });
  let declined = false;
  const share = () => steps.slice(0, memory.state.done).filter((step) => !step.again).length / steps.filter((step) => !step.again).length;
  const node = (step, place) => ({
    conditional_function: () => wanted(step, experiment, memory, declined),
    timeline: [{
      ...trialOf(step, experiment, memory, steps.slice(place + 1).map(soundOf).filter(Boolean)),
      on_finish: (data) => {
        declined = step.kind === "consent" && data.button === 1;
        if (!declined) memory.finish(place, rowOf(step, experiment, data.response));
        progress(share());
      },
    }],
  });
  const left = steps.map(node).slice(memory.state.done);
  progress(share());
  if (left.length) await jsPsych.run([...welcome(memory), ...left]);
  stage.tabIndex = -1;
  if (declined) show(stage, heading("Thank you"), element("p", {}, "You do not take part, and nothing was stored. You can close this page."));
  else {
    memory.save({ done: steps.length });
    progress(1);
    await end(experiment, memory);
  }
}

/** Return what is shown first: after a reload a button, without which a browser does not sound. */
function welcome(memory) {
  const kept = { type: TextPlugin, title: "Please note", paragraphs: ["This browser keeps nothing: do not reload or close the page before the end."] };
  const back = { type: TextPlugin, title: "Welcome back", paragraphs: ["You go on where you stopped. Nothing is lost."], buttons: ["Go on"] };
  return [...(memory.keeps ? [] : [kept]), ...(memory.fresh ? [] : [back])];
}

/** Send the table where there is a place for it, and offer it as a file. */
async function end(experiment, memory) {
  const url = document.documentElement.dataset.post;
  const file = URL.createObjectURL(new Blob([memory.table], { type: "text/csv" }));
  const status = element("p", { role: "status" }, url ? "Your answers are being sent …" : "Please save your answers and hand the file to the experimenter.");
  const links = element("div", { class: "buttons" },
    element("a", { class: "button", href: file, download: `${memory.state.participant}.csv` }, "Download the answers (csv)"));
  const { barred } = hears(memory, experiment);
  const onward = () => experiment.completion && !barred && links.prepend(element("a", { class: "button", href: experiment.completion }, "Finish"));
  show(stage, heading("Thank you"), element("p", {}, "That was all."), status, links);
  if (memory.random) {
    links.append(element("button", { type: "button", class: "quiet", click: () => (memory.forget(), location.reload()) }, "Next participant"));
  }
  while (url && !memory.state.posted) {
    const problem = await sent(url, memory.table);
    if (problem === null) memory.save({ posted: true });
    else {
      status.textContent = `Your answers could not be sent (${problem}). Try again, or download them and hand the file to the experimenter.`;
      await pressed(stage, ["Send again"]);
      status.textContent = "Your answers are being sent …";
    }
  }
  if (url) status.textContent = "Your answers have been sent. You can close this page.";
  onward();
}

/** Post the table, trying again on failure; return null or what went wrong. */
async function sent(url, table) {
  let problem;
  for (const wait of RETRIES_MS) {
    await pause(wait);
    try {
      const answer = await fetch(url, { method: "POST", body: table, headers: { "Content-Type": "text/csv" }, credentials: "omit" });
      if (answer.ok) return null;
      problem = `the server answers ${answer.status}`;
    } catch (error) {
      problem = error.message;
    }
  }
  return problem;
}

function broken(reason) {
  show(stage, heading("Something went wrong"), element("p", { class: "alert", role: "alert" }, String(reason)),
    element("p", {}, "Reload the page to go on where you stopped. If this comes again, tell the experimenter."));
}

window.addEventListener("error", (event) => broken(event.message));
window.addEventListener("unhandledrejection", (event) => broken(event.reason));
stage.replaceChildren();
let memory;
try {
  memory = new Memory(EXPERIMENT, new URLSearchParams(location.search));
} catch (error) {
  show(stage, heading("This link does not work"), element("p", { class: "alert", role: "alert" }, error.message),
    element("p", {}, "Please tell the experimenter."));
}
if (memory) run(EXPERIMENT, memory);
