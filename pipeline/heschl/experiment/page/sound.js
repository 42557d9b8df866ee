/* Sounds, loaded in advance and played by Web Audio; or by <audio>, where the page was opened as a file and
   cannot fetch anything. */
"use strict";

const AS_FILE = location.protocol === "file:";
const WAIT_MS = 3000; // after its duration, when a sound that has not reported its end counts as ended

class Sounds {
  constructor() {
    this.loaded = new Map(); // url -> promise
    this.context = null;
  }

  /** Start the audio. Browsers require that a click or a key press calls this. */
  wake() {
    if (AS_FILE) return;
    this.context ??= new AudioContext();
    if (this.context.state !== "running") this.context.resume();
  }

  get awake() {
    return AS_FILE || this.context?.state === "running";
  }

  /** Return a promise of a sound. It is loaded once; after a failure, the next call tries again. */
  load(url) {
    if (!this.loaded.has(url)) {
      const promise = AS_FILE ? this.fromFile(url) : this.fromServer(url);
      promise.catch(() => this.loaded.delete(url));
      this.loaded.set(url, promise);
    }
    return this.loaded.get(url);
  }

  async fromServer(url) {
    const reply = await fetch(url).catch((error) => {
      throw new Error(`${url}: ${error.message}`);
    });
    if (!reply.ok) throw new Error(`${url}: the server replied ${reply.status}`);
    return this.context.decodeAudioData(await reply.arrayBuffer());
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
        const node = this.context.createBufferSource();
        Object.assign(node, { buffer: sound, loop, onended: resolve });
        node.connect(this.context.destination);
        node.start();
        stop = () => node.stop();
      }
      if (!loop) timer = setTimeout(resolve, 1000 * sound.duration + WAIT_MS);
    });
    return { ended: ended.finally(() => clearTimeout(timer)), stop };
  }
}

const sounds = new Sounds();
