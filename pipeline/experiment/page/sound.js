/* Sounds, fetched ahead and played through Web Audio; where the page was opened as a file nothing can be fetched, and <audio> plays them. */
"use strict";

const AS_FILE = location.protocol === "file:";
const WAIT_MS = 3000; // beyond its length, after which a sound that does not end has ended

class Sounds {
  constructor() {
    this.loaded = new Map(); // url -> promise
    this.context = null;
  }

  /** Start the audio; to be called from a click or key, without which browsers keep silent. */
  wake() {
    if (AS_FILE) return;
    this.context ??= new AudioContext();
    if (this.context.state !== "running") this.context.resume();
  }

  get awake() {
    return AS_FILE || this.context?.state === "running";
  }

  /** Return a promise of a sound, loaded once; one that failed is tried again at the next call. */
  load(url) {
    if (!this.loaded.has(url)) {
      const promise = AS_FILE ? this.fromFile(url) : this.fromServer(url);
      promise.catch(() => this.loaded.delete(url));
      this.loaded.set(url, promise);
    }
    return this.loaded.get(url);
  }

  async fromServer(url) {
    const answer = await fetch(url).catch((error) => {
      throw new Error(`${url}: ${error.message}`);
    });
    if (!answer.ok) throw new Error(`${url}: the server answers ${answer.status}`);
    return this.context.decodeAudioData(await answer.arrayBuffer());
  }

  fromFile(url) {
    return new Promise((resolve, reject) => {
      const audio = new Audio(url);
      audio.preload = "auto";
      audio.oncanplaythrough = () => resolve(audio);
      audio.onerror = () => reject(new Error(`${url}: ${audio.error?.message || "not found"}`));
    });
  }

  /** Play a loaded sound; return {ended: promise, stop: function}. */
  play(sound, loop = false) {
    let timer;
    let stop;
    const ended = new Promise((resolve) => {
      if (AS_FILE) {
        Object.assign(sound, { loop, currentTime: 0, onended: resolve });
        stop = () => (sound.pause(), resolve());
        sound.play().catch(resolve);
      } else {
        const source = Object.assign(this.context.createBufferSource(), { buffer: sound, loop, onended: resolve });
        source.connect(this.context.destination);
        source.start();
        stop = () => source.stop();
      }
      if (!loop) timer = setTimeout(resolve, 1000 * sound.duration + WAIT_MS);
    });
    return { ended: ended.finally(() => clearTimeout(timer)), stop };
  }
}

const sounds = new Sounds();
