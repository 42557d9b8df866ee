/* The experiment: the steps of a session, what each step asks, and its row of the table. */
"use strict";

const TRIALS = 6; // of a headphone check
const stage = document.getElementById("stage");

const question = (task) => `Which ${task} did you hear?`;
const WHERE = "Where did the sound come from?";
const clip = (key) => `clips/${key}.wav`;
const checks = (first) => Array.from({ length: TRIALS }, (_, i) => `headphones-${first + i}`);

/** Return the steps of a session in order: {id, kind, ...}. */
function stepsOf({ headphones, practice, sessions }, number) {
  const session = sessions[number];
  const steps = [{ id: "consent", kind: "consent" }, { id: "volume", kind: "volume" }];
  if (headphones.mode !== "none") {
    session.headphones.forEach((order, attempt) => {
      const again = attempt > 0;
      steps.push({ id: `headphones-try-${attempt + 1}`, kind: "headphones-intro", again });
      const ids = checks(1 + TRIALS * attempt);
      order.forEach((which, i) =>
        steps.push({ id: ids[i], kind: "headphones", which, number: i + 1, again }));
    });
    steps.push({ id: "headphones-verdict", kind: "verdict" });
  }
  let attention = 0;
  let heard = 0;
  const all = session.blocks.reduce((sum, { items }) => sum + items.length, 0);
  session.blocks.forEach(({ task, items }, number) => {
    if (session.blocks[number - 1]?.task !== task) {
      steps.push({ id: `${task}-intro`, kind: "intro", task });
      practice[task].forEach((key, i) =>
        steps.push({ id: `practice-${key}`, kind: "practice", task, key, number: i + 1 }));
      if (practice[task].length) steps.push({ id: `${task}-begin`, kind: "begin", task });
    }
    items.forEach((item) => {
      const title = `Sound ${++heard} of ${all}`;
      if (typeof item === "number") {
        steps.push({ id: `attention-${++attention}`, kind: "attention", beeps: item, title });
      } else steps.push({ id: item, kind: "trial", task, key: item, title });
    });
    const pause = number + 1 < session.blocks.length && items.length > 1;
    const of = session.blocks.length;
    if (pause) steps.push({ id: `break-${number + 1}`, kind: "break", number: number + 1, of });
  });
  return steps;
}

const SECONDS = { typed: 6, label: 1.6, check: 3, practice: 2, begin: 120 }; // that a participant takes

/** Return what a participant is told of a session: how many sounds it has, and how long it takes. */
function lengthOf(steps, { tasks, clip_s: clip }) {
  const heard = ["trial", "practice", "attention", "headphones"];
  const sounds = steps.filter((step) => heard.includes(step.kind) && !step.again);
  const seconds = sounds.map((step) => {
    const { choose } = tasks[step.task] ?? {};
    const typed = choose === null ? SECONDS.typed : choose * SECONDS.label; // or pointed at
    return clip + PAUSE_MS / 1000 + (step.task ? typed : SECONDS.check) +
      (step.kind === "practice" ? SECONDS.practice : 0);
  });
  const minutes = (SECONDS.begin + seconds.reduce((sum, one) => sum + one, 0)) / 60;
  const rounded = minutes < 10 ? Math.ceil(minutes) : 5 * Math.ceil(minutes / 5);
  return `You will hear ${sounds.length} short sounds. This takes about ${rounded} minutes.`;
}

/** Return the sound of a step, undefined if it has none. */
function soundOf(step) {
  if (step.key) return clip(step.key);
  if (step.kind === "headphones") return `sounds/headphones-${step.which + 1}.wav`;
  if (step.kind === "attention") return `sounds/beeps-${step.beeps}.wav`;
  return step.kind === "volume" ? "sounds/volume.wav" : undefined;
}

/** Return the form of a task. */
function formOf(task, { labels, choose, directions }) {
  if (directions) return { kind: "dial", labels, directions, question: WHERE };
  if (choose === null) return { kind: "typed", labels, question: `${question(task)} Type it.` };
  const which = `${question(task)} Choose the ${choose} that fit best.`;
  return { kind: "chosen", labels, choose, question: which };
}

/** Return the labels of a task in words, {label: words}, null if they are words. */
function namesOf({ labels, directions }) {
  return directions ? Object.fromEntries(labels.map((label, i) => [label, spoken(directions[i])])) : null;
}

/** Return the paragraphs that introduce a task. */
function introOf(task, { labels, choose, directions }, practice) {
  const how = directions
    ? "After each sound, say where it came from: left or right, ahead or behind, and how high. There may be " +
      "other sounds, which come from elsewhere: point at the one that you hear best. Your answer counts as " +
      "correct if it is the right point, but how far away it is counts, too."
    : choose === null
    ? `After each sound, type the ${task} that you heard. If you heard several, type the one in the middle ` +
      `of the sound. There are ${labels.length} to choose from. To see them, type the first letters` +
      (TOUCH ? "." : " or press the down arrow.")
    : `After each sound, choose the ${choose} of ${labels.length} that best fit what you heard. ` +
      "Your answer is correct if the right one is among them.";
  const once = "Each sound starts by itself and is played once. Many are hard to hear. If you are not " +
    `sure, guess. If you heard nothing that you could name, ${TOUCH ? "tap" : "press"} “${NO_ANSWER}”.`;
  const some = practice === 1 ? "one practice sound" : `${practice} practice sounds`;
  const after = practice === 1 ? "after it" : "after each";
  const start = practice ? `You start with ${some} and see the right answer ${after}.` : "Are you ready?";
  return [how, once, start];
}

/** Return the outcome of the headphone check from the rows so far. */
function hears(memory, { headphones }) {
  const first = memory.right(checks(1)) >= headphones.pass;
  const second = memory.right(checks(1 + TRIALS)) >= headphones.pass;
  const done = memory.state.rows.some((row) => row[1] === `headphones-${2 * TRIALS}`);
  return { first, passed: first || second, barred: headphones.mode === "required" && done && !second };
}

/** Return the jsPsych trial of a step. */
function trialOf(step, experiment, memory, ahead, length) {
  const { tasks, clips, headphones, practice, consent } = experiment;
  const hearing = {
    type: HearingPlugin, title: step.title, sound: soundOf(step), ahead,
    heard: memory.state.began === step.id, began: () => memory.save({ began: step.id }),
  };
  const [notice, ...template] = consent.text.split(/\n\s*\n/);
  const sorry = "Your answers suggest that you do not hear the sounds as you would through headphones.";
  const kinds = {
    consent: () => ({
      type: TextPlugin, title: "Taking part", buttons: ["I agree to take part", "I do not agree"],
      notice: consent.template ? notice : null,
      paragraphs: [...(consent.template ? template : [notice, ...template]), length],
    }),
    volume: () => ({ type: VolumePlugin, sound: soundOf(step) }),
    "headphones-intro": () => ({
      type: TextPlugin, title: step.again ? "Headphones: second attempt" : "Headphones",
      paragraphs: [
        step.again
          ? "That did not work. Please make sure that you wear headphones on both ears, and try once more."
          : "Please put on headphones.",
        `You will hear three tones, ${TRIALS} times. Each time, say which of the three is the softest.`,
      ],
    }),
    headphones: () => ({
      ...hearing, title: `Headphones: ${step.number} of ${TRIALS}`,
      form: { kind: "number", labels: ["1st", "2nd", "3rd"], question: "Which tone was the softest?" },
    }),
    verdict: () => headphones.mode === "required"
      ? {
        type: TextPlugin, title: "Headphones are needed",
        paragraphs: [`${sorry} This study requires headphones, so it ends here. Thank you for trying.`],
      }
      : {
        type: TextPlugin, title: "Headphones would be better",
        paragraphs: [`${sorry} You can continue. If you have headphones, please put them on.`],
      },
    intro: () => ({
      type: TextPlugin, title: tasks[step.task].directions ? "Where?" : `Which ${step.task}?`,
      paragraphs: introOf(step.task, tasks[step.task], practice[step.task].length),
    }),
    begin: () => ({
      type: TextPlugin, title: "End of practice",
      paragraphs: ["The study starts now. You no longer see the right answers."],
    }),
    practice: () => ({
      ...hearing, title: `Practice: ${step.number} of ${practice[step.task].length}`,
      form: formOf(step.task, tasks[step.task]), truth: clips[step.key][2],
      named: namesOf(tasks[step.task]),
    }),
    trial: () => ({ ...hearing, form: formOf(step.task, tasks[step.task]) }),
    attention: () => ({
      ...hearing,
      form: { kind: "number", labels: ["1", "2", "3", "4"], question: "How many beeps did you hear?" },
    }),
    break: () => ({
      type: TextPlugin, title: "Break",
      paragraphs: [`You have finished block ${step.number} of ${step.of}. Rest as long as you like.`],
    }),
  };
  return kinds[step.kind]();
}

/** Return a step's row of the table without the participant, undefined if it has none. */
function rowOf(step, { clips, headphones }, response) {
  if (step.kind === "trial") {
    const [background, snr, truth] = clips[step.key];
    const correct = Number(response.split("|").includes(truth));
    return [step.key, background, snr ?? "", step.task, response, correct];
  }
  if (step.kind !== "attention" && step.kind !== "headphones") return undefined;
  const right = step.kind === "attention" ? step.beeps : headphones.soft[step.which];
  return [step.id, "clean", "", step.kind, response, Number(Number(response) === right)];
}

/** Return whether a step is shown: a second headphone check only after a failed first one, and nothing after
    two failures. */
function wanted(step, experiment, memory, declined) {
  const { first, passed, barred } = hears(memory, experiment);
  if (step.again) return !declined && !first;
  return !declined && (step.kind === "verdict" ? !passed : !barred);
}
