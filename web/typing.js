/** Says that somebody is typing: at once, again while it goes on, and when it has ended. */

const AGAIN_MS = 4_000;
const IDLE_MS = 6_000;

export class Typing {
  #tell;
  #told = null;
  #idle = null;

  /** @param {function(boolean): Promise<void>} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** A key was pressed. */
  go() {
    if (this.#told === null || Date.now() - this.#told >= AGAIN_MS) {
      this.#told = Date.now();
      this.#say(true);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
  }

  stop() {
    const wasTold = this.#told !== null;
    this.forget();
    if (wasTold) this.#say(false);
  }

  /** Begin anew, for somebody else to be told. */
  forget() {
    clearTimeout(this.#idle);
    this.#told = null;
  }

  /** Nobody misses this sign when it is lost: the words themselves will come. */
  #say(typing) {
    this.#tell(typing).catch((error) => console.warn(error));
  }
}
