/* What outlives a reload: who takes part, how far they are, what they answered; and the table of it. */
"use strict";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

class Memory {
  /** Take up the participant of the address, or of the last visit, or a new one; throws an Error that says what is wrong with the address. */
  constructor(experiment, query) {
    this.place = `heschl-${experiment.digest}`;
    this.columns = experiment.columns;
    const named = query.get("participant") ?? query.get("PROLIFIC_PID");
    this.random = named === null;
    const participant = named ?? this.read(this.place) ?? `p${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0")}`;
    if (!NAME.test(participant)) throw new Error(`participant=${participant}: expected 1 to 64 letters, digits, - or _.`);
    if (this.random) this.write(this.place, participant);
    const asked = query.get("session") ?? (document.documentElement.dataset.session || null); // the server's, if it has one to give
    const session = sessionOf(asked, participant, experiment.sessions.length);
    this.state = this.read(`${this.place}-${participant}`) ?? { participant, session, done: 0, began: null, rows: [], posted: false };
    this.fresh = this.state.done === 0;
    this.save();
    this.keeps = this.read(`${this.place}-${participant}`) !== null;
  }

  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // no storage in this browser, or not for this page
    }
  }

  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      return; // it goes on without
    }
  }

  save(changes = {}) {
    Object.assign(this.state, changes);
    this.write(`${this.place}-${this.state.participant}`, this.state);
  }

  /** Note that a step is done, with its row of the table if it has one. */
  finish(step, row) {
    if (row) this.state.rows.push([this.state.participant, ...row]);
    this.save({ done: step + 1 });
  }

  /** Return how many of some checks were answered right. */
  right(names) {
    return this.state.rows.filter((row) => names.includes(row[1]) && row.at(-1) === 1).length;
  }

  /** Forget a participant who was given a random name, so that the next one gets another. */
  forget() {
    try {
      localStorage.removeItem(this.place);
    } catch {
      return; // nothing was kept
    }
  }

  get table() {
    const cell = (value) => (/[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
    return [this.columns, ...this.state.rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
  }
}

/** Return the trial list: the one asked for, from 1, else one that the name decides (FNV-1a). */
function sessionOf(asked, participant, count) {
  if (asked !== null) {
    if (!/^\d+$/.test(asked) || Number(asked) < 1 || Number(asked) > count) throw new Error(`session=${asked}: expected 1 to ${count}.`);
    return Number(asked) - 1;
  }
  let hash = 2166136261;
  for (const letter of participant) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return hash % count;
}
