/* The experiment: the steps of a session, what is asked in each, and its end. */
"use strict";

const TRIES = 6; // of the headphone check
const stage = document.getElementById("stage");

const clip = (key) => `clips/${key}.wav`;
const checks = (first) => Array.from({ length: TRIES }, (_, i) => `headphones-${first + i}`);

/** Return the steps of a session, in order: {id, kind, ...}. */
function stepsOf({ headphones, practice, sessions }, number) {
  const session = sessions[number];
  const steps = [{ id: "consent", kind: "consent" }, { id: "volume", kind: "volume" }];
  if (headphones.mode !== "none") {
    session.headphones.forEach((order, again) => {
      steps.push({ id: `headphones-try-${again + 1}`, kind: "headphones-intro", again: again > 0 });
      order.forEach((which, i) => steps.push({ id: checks(1 + TRIES * again)[i], kind: "headphones", which, number: i + 1, again: again > 0 }));
    });
    steps.push({ id: "headphones-verdict", kind: "verdict" });
  }
  let attention = 0;
  let heard = 0;
  const all = session.blocks.reduce((sum, { items }) => sum + items.length, 0);
  session.blocks.forEach(({ task, items }, number) => {
    if (session.blocks[number - 1]?.task !== task) {
      steps.push({ id: `${task}-intro`, kind: "intro", task });
      practice[task].forEach((key, i) => steps.push({ id: `practice-${key}`, kind: "practice", task, key, number: i + 1 }));
      if (practice[task].length) steps.push({ id: `${task}-begin`, kind: "begin", task });
    }
    items.forEach((item) => {
      const title = `Sound ${++heard} of ${all}`;
      if (typeof item === "number") steps.push({ id: `attention-${++attention}`, kind: "attention", beeps: item, title });
      else steps.push({ id: item, kind: "trial", task, key: item, title });
    });
    const pause = number + 1 < session.blocks.length && items.length > 1;
    if (pause) steps.push({ id: `break-${number + 1}`, kind: "break", number: number + 1, of: session.blocks.length });
  });
  return steps;
}

/** Return the sound of a step, undefined where there is none. */
function soundOf(step) {
  if (step.key) return clip(step.key);
  if (step.kind === "headphones") return `sounds/headphones-${step.which + 1}.wav`;
  if (step.kind === "attention") return `sounds/beeps-${step.beeps}.wav`;
  return step.kind === "volume" ? "sounds/volume.wav" : undefined;
}

/** Return what a task asks for, as a form. */
function formOf(task, { labels, choose }) {
  if (choose === null) return { kind: "typed", labels, question: `Which ${task} did you hear? Type it.` };
  return { kind: "chosen", labels, choose, question: `Which ${task} did you hear? Choose the ${choose} that fit best.` };
}

function introOf(task, { labels, choose }, practice) {
  const how = choose === null
    ? `After each sound, type the ${task} that you heard; if there were several, the one in the middle of the sound. There are ` +
      `${labels.length} to choose from: type the first letters, or press the down arrow, to see them.`
    : `After each sound, choose the ${choose} of ${labels.length} that fit best what you heard. You are right if the true one is among them.`;
  const often = "Each sound is played once and begins by itself. Many are hard to hear: then guess.";
  return [how, often, practice ? `First come ${practice} for practice; you are told what was right.` : "Are you ready?"];
}

/** Return the headphone check's outcome from the rows so far. */
function hears(memory, { headphones }) {
  const first = memory.right(checks(1)) >= headphones.pass;
  const second = memory.right(checks(1 + TRIES)) >= headphones.pass;
  const barred = headphones.mode === "required" && memory.state.rows.some((row) => row[1] === `headphones-${2 * TRIES}`) && !second;
  return { first, passed: first || second, barred };
}

/** Return the jsPsych trial of a step. */
function trialOf(step, experiment, memory, ahead) {
  const { tasks, clips, headphones, practice, consent } = experiment;
  const hearing = {
    type: HearingPlugin, title: step.title, sound: soundOf(step), ahead,
    heard: memory.state.began === step.id, began: () => memory.save({ began: step.id }),
  };
  const [notice, ...template] = consent.text.split(/\n\s*\n/);
  const kinds = {
    consent: () => ({
      type: TextPlugin, title: "Taking part", buttons: ["I agree and take part", "I do not agree"],
      notice: consent.template ? notice : null, paragraphs: consent.template ? template : [notice, ...template],
    }),
    volume: () => ({ type: VolumePlugin, sound: soundOf(step) }),
    "headphones-intro": () => ({
      type: TextPlugin, title: step.again ? "Headphones, once more" : "Headphones",
      paragraphs: [
        step.again ? "That did not work out. Please see that you wear headphones, with both ears, and try once more." : "Please wear headphones.",
        `You will hear three tones, ${TRIES} times. Say which of the three is the softest.`,
      ],
    }),
    headphones: () => ({
      ...hearing, title: `Headphones: ${step.number} of ${TRIES}`,
      form: { kind: "number", labels: ["1st", "2nd", "3rd"], question: "Which tone was the softest?" },
    }),
    verdict: () => ({
      type: TextPlugin, title: headphones.mode === "required" ? "Headphones are needed" : "Headphones would be better",
      paragraphs: [headphones.mode === "required"
        ? "Your answers say that the sounds do not reach your ears as they do through headphones. This study needs them: thank you for having tried."
        : "Your answers say that the sounds do not reach your ears as they do through headphones. You can go on; if you have some, please put them on."],
    }),
    intro: () => ({ type: TextPlugin, title: `Which ${step.task}?`, paragraphs: introOf(step.task, tasks[step.task], practice[step.task].length) }),
    begin: () => ({ type: TextPlugin, title: "End of practice", paragraphs: ["Now it counts, and you are no longer told what was right."] }),
    practice: () => ({
      ...hearing, title: `Practice: ${step.number} of ${practice[step.task].length}`, form: formOf(step.task, tasks[step.task]), truth: clips[step.key][2],
    }),
    trial: () => ({ ...hearing, form: formOf(step.task, tasks[step.task]) }),
    attention: () => ({ ...hearing, form: { kind: "number", labels: ["1", "2", "3", "4"], question: "How many beeps were there?" } }),
    break: () => ({ type: TextPlugin, title: "A break", paragraphs: [`Block ${step.number} of ${step.of} is done. Rest as long as you like.`] }),
  };
  return kinds[step.kind]();
}

/** Return a step's row of the table without the participant, undefined where it has none. */
function rowOf(step, { clips, headphones }, response) {
  if (step.kind === "trial") {
    const [background, snr, truth] = clips[step.key];
    return [step.key, background, snr ?? "", step.task, response, Number(response.split("|").includes(truth))];
  }
  if (step.kind !== "attention" && step.kind !== "headphones") return undefined;
  const right = step.kind === "attention" ? step.beeps : headphones.soft[step.which];
  return [step.id, "clean", "", step.kind, response, Number(Number(response) === right)];
}

/** Tell whether a step is due: the second headphone check only after a first that failed, nothing after a last one. */
function wanted(step, experiment, memory, declined) {
  const { first, passed, barred } = hears(memory, experiment);
  if (step.again) return !declined && !first;
  return !declined && (step.kind === "verdict" ? !passed : !barred);
}
