/** Calls for the agent's attention: a number in the title, words for screen readers, a sound. */

import { t } from "../i18n.js";
import { customerName } from "./queue.js";

const TITLE = document.title;
const TONES = { waiting: [660, 880], words: [880] };
const TONE_SECONDS = 0.12;

export class Notices {
  #announce;
  #sound = null;

  /**
   * @param {HTMLButtonElement} button turns the sound on, which browsers allow at a click only
   * @param {function(string): void} announce
   */
  constructor(button, announce) {
    this.#announce = announce;
    button.onclick = () => {
      this.#sound = this.#sound ? null : new AudioContext();
      button.setAttribute("aria-pressed", String(this.#sound !== null));
      this.#play("words");
    };
  }

  /** How many things wait, in the title, which shows where the page itself does not. */
  count(calls) {
    document.title = calls ? `(${calls}) ${t("desk.title")}` : `${t("desk.title")} · ${TITLE}`;
  }

  tell({ kind, handoff, text }) {
    const name = customerName(handoff);
    this.#announce(kind === "waiting" ? t("desk.calls", { name }) : `${name}: ${text}`);
    this.#play(kind);
  }

  #play(kind) {
    if (!this.#sound) return;
    TONES[kind].forEach((frequency, index) => {
      const tone = this.#sound.createOscillator();
      const volume = this.#sound.createGain();
      const begin = this.#sound.currentTime + index * TONE_SECONDS;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.1, begin);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_SECONDS);
      tone.connect(volume).connect(this.#sound.destination);
      tone.start(begin);
      tone.stop(begin + TONE_SECONDS);
    });
  }
}
