/**
 * The workers of a hub. Each slot holds at most one worker, started at its first call and replaced when it dies.
 *
 * A call that only reads and was cut off by a worker's death is made once more on its successor. A file that was being
 * written is lost with its worker.
 */
import { failure, type HubframeError, unlessAborted } from "./errors.js";
import type { Args, CallMethod, Item, Method, Result, StreamMethod } from "./protocol.js";
import type { Client } from "./rpc.js";

/** A client that is ready for calls, and how to end it. */
export interface Connection {
  readonly client: Client;
  /** Rejects what is in flight with `error`, and frees what it holds. */
  end(error: HubframeError): void;
}

/** Starts a worker (or its like in the page). `died` is called when it fails outside any call. */
export type Connector = (died: (error: HubframeError) => void) => Promise<Connection>;

/** What belongs to one worker, and means nothing to another. */
const TIED: ReadonlySet<Method> = new Set<Method>(["writeBatch", "finishWriter", "closeWriter"]);

/** A fixed number of slots. */
export class Pool {
  readonly slots: readonly Slot[];

  constructor(size: number, connector: Connector) {
    this.slots = Array.from({ length: size }, () => new Slot(connector));
  }

  /** The slot with the fewest calls in flight: `preferred` if none has fewer, else one that has been started. */
  idlest(preferred?: Slot): Slot {
    const rank = (slot: Slot) => (slot === preferred ? 0 : slot.started ? 1 : 2);
    return this.slots.reduce((best, slot) =>
      (slot.load - best.load || rank(slot) - rank(best)) < 0 ? slot : best,
    );
  }

  /** The slot of all uploads: its worker remembers which parts of large files are stored. */
  get uploader(): Slot {
    const [first] = this.slots;
    if (!first) throw failure("internal", "upload", "There is no worker.");
    return first;
  }

  /** Ends every worker. Calls in flight, and later ones, reject with code `aborted`. */
  close(): void {
    const error = failure("aborted", "close", "The Hub object was closed. Make a new one to go on.");
    for (const slot of this.slots) slot.close(error);
  }
}

/** A place for one worker. */
export class Slot implements Client {
  readonly #connector: Connector;
  #connection: Promise<Connection> | undefined;
  #closed: HubframeError | undefined;
  #load = 0;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** How many calls are in flight. */
  get load(): number {
    return this.#load;
  }

  /** Whether it holds a worker. */
  get started(): boolean {
    return this.#connection !== undefined;
  }

  /** Starts the worker, if there is none, ahead of its first call, which reports what goes wrong. */
  start(): void {
    this.#connect().catch(() => {});
  }

  /** Counts as a call in flight until the function that is returned is called, the first time. */
  occupy(): () => void {
    let weight = 1;
    this.#load += weight;
    return () => {
      this.#load -= weight;
      weight = 0;
    };
  }

  async call<M extends CallMethod>(method: M, args: Args<M>, signal?: AbortSignal): Promise<Result<M>> {
    this.#load += 1;
    try {
      const connection = this.#connect();
      const { client } = await unlessAborted(connection, method, signal);
      try {
        return await client.call(method, args, signal);
      } catch (error) {
        if (TIED.has(method) || !this.#diedUnder(connection)) throw error;
      }
      const successor = await unlessAborted(this.#connect(), method, signal);
      return await successor.client.call(method, args, signal);
    } finally {
      this.#load -= 1;
    }
  }

  async *stream<M extends StreamMethod>(
    method: M,
    args: Args<M>,
    signal?: AbortSignal,
  ): AsyncGenerator<Item<M>> {
    this.#load += 1;
    let delivered = 0;
    try {
      for (let attempt = 1; ; attempt++) {
        const connection = this.#connect();
        const { client } = await unlessAborted(connection, method, signal);
        let seen = 0;
        try {
          for await (const item of client.stream(method, args, signal)) {
            // The same task gives the same items, so a second attempt passes over those of the first.
            if (++seen <= delivered) continue;
            delivered = seen;
            yield item;
          }
          return;
        } catch (error) {
          if (attempt > 1 || !this.#diedUnder(connection)) throw error;
        }
      }
    } finally {
      this.#load -= 1;
    }
  }

  /** Ends the worker for good. */
  close(error: HubframeError): void {
    this.#closed = error;
    this.#end(error);
  }

  #connect(): Promise<Connection> {
    if (this.#closed) throw this.#closed;
    if (!this.#connection) {
      const connection = this.#connector((error) => {
        if (this.#connection === connection) this.#end(error);
      });
      this.#connection = connection;
      connection.catch(() => {
        if (this.#connection === connection) this.#connection = undefined;
      });
    }
    return this.#connection;
  }

  #end(error: HubframeError): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      ({ end }) => end(error),
      () => {},
    );
  }

  #diedUnder(connection: Promise<Connection>): boolean {
    return this.#connection !== connection && !this.#closed;
  }
}
