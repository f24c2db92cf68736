// The line to the centre: questions with an answer, and the stream that goes on where it broke.

const PATIENCE = 15_000;
const GRACE = 1_500;
const AGAIN = [1_000, 2_000, 5_000, 10_000];

/** What the centre refused, in its own words. */
export class Refused extends Error {
  constructor(status, { message, hint }) {
    super(hint ? `${message}: ${hint}` : message);
    this.status = status;
  }
}

/** Ask for JSON. Throws Refused when the centre says no, and another error when it can't be reached. */
export async function ask(path, parameters = {}, signal = null) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  const timeout = AbortSignal.timeout(PATIENCE);
  const response = await fetch(query.size ? `${path}?${query}` : path, {
    headers: { Accept: "application/json" },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (response.status === 401) location.reload();
  const body = await response.json();
  if (!response.ok) throw new Refused(response.status, body.error ?? { message: response.statusText, hint: "" });
  return body;
}

/** The stream of events, connected again for ever. */
export class Stream {
  #source = null;
  #cursor = "";
  #tries = 0;
  #waiting = 0;
  #lost = 0;

  /** `heard(event)` for each event, `changed(connected)` when the line breaks or is back. */
  constructor(kinds, heard, changed) {
    this.kinds = kinds;
    this.heard = heard;
    this.changed = changed;
  }

  /** Follow from a cursor of the centre. */
  follow(cursor) {
    this.#cursor = cursor;
    this.#connect();
  }

  /** Connect anew: the old line may be dead without a sign. */
  again() {
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#waiting);
    this.#source?.close();
    const source = new EventSource(`events?${new URLSearchParams({ after: this.#cursor })}`);
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#broke(source));
    for (const kind of this.kinds) source.addEventListener(kind, (message) => this.#take(message));
  }

  #opened() {
    this.#tries = 0;
    clearTimeout(this.#lost);
    this.#lost = 0;
    this.changed(true);
  }

  #broke(source) {
    if (source !== this.#source) return;
    this.#lost ||= setTimeout(() => this.changed(false), GRACE);
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#connect(), AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]);
  }

  #take(message) {
    const event = JSON.parse(message.data);
    const epoch = this.#cursor.split("-")[1];
    this.#cursor = event.data?.cursor ?? (epoch ? `${event.id}-${epoch}` : String(event.id));
    this.heard(event);
  }
}
