/* What survives a reload: the participant, the progress and the responses; and the table of the responses. */
"use strict";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

class Memory {
  /** Find the participant named in the address, or of the last visit, or a new one; throws an Error that says
      what is wrong with the address. */
  constructor(experiment, query) {
    this.place = `heschl-${experiment.digest}`;
    this.columns = experiment.columns;
    const named = query.get("participant") ?? query.get("PROLIFIC_PID");
    this.random = named === null;
    const participant = named ?? this.read(this.place) ?? randomName();
    if (!NAME.test(participant)) {
      throw new Error(`participant=${participant}: expected 1 to 64 letters, digits, - or _.`);
    }
    if (this.random) this.write(this.place, participant);
    const served = document.documentElement.dataset.session || null; // set by `heschl experiment --serve`
    const session = sessionOf(query.get("session") ?? served, participant, experiment.sessions.length);
    const fresh = { participant, session, done: 0, began: null, rows: [], posted: false };
    this.state = this.read(`${this.place}-${participant}`) ?? fresh;
    this.fresh = this.state.done === 0;
    this.save();
    this.keeps = this.read(`${this.place}-${participant}`) !== null;
  }

  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // this browser has no storage, or none for this page
    }
  }

  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      return; // the session continues without storage
    }
  }

  save(changes = {}) {
    Object.assign(this.state, changes);
    this.write(`${this.place}-${this.state.participant}`, this.state);
  }

  /** Store that a step is done, with its row of the table if it has one: what was answered, then its number,
      the time that the answer took, the trial list, the date and the browser. */
  finish(step, row, seconds) {
    const { participant, rows, session } = this.state;
    const time = seconds === null ? "" : seconds?.toFixed(3);
    const date = `${new Date().toISOString().slice(0, 19)}Z`;
    if (row) rows.push([participant, ...row, rows.length + 1, time, session + 1, date, navigator.userAgent]);
    this.save({ done: step + 1 });
  }

  /** Return the number of correct responses to the checks with these names. */
  right(names) {
    const correct = this.columns.indexOf("correct");
    return this.state.rows.filter((row) => names.includes(row[1]) && row[correct] === 1).length;
  }

  /** Forget a participant with a random name, so that the next one gets a new name. */
  forget() {
    try {
      localStorage.removeItem(this.place);
    } catch {
      return; // nothing was stored
    }
  }

  get table() {
    const quoted = (value) => `"${value.replaceAll('"', '""')}"`;
    const cell = (value) => (/[",\r\n]/.test(value) ? quoted(String(value)) : String(value ?? ""));
    return [this.columns, ...this.state.rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
  }
}

function randomName() {
  return `p${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0")}`;
}

/** Return the number of a trial list, from 0: the one asked for (from 1), or one chosen by a hash of the name
    (FNV-1a). */
function sessionOf(asked, participant, count) {
  if (asked !== null) {
    if (!/^\d+$/.test(asked) || Number(asked) < 1 || Number(asked) > count) {
      throw new Error(`session=${asked}: expected 1 to ${count}.`);
    }
    return Number(asked) - 1;
  }
  let hash = 2166136261;
  for (const letter of participant) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return hash % count;
}
