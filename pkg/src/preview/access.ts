/** Who a preview asks the Hub as: the token that it was given, or who is signed in on this page. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { DEFAULT_ENDPOINT, hubAddress, sessionAt, watchSessions } from "../auth/sessions.js";
import type { Access } from "./model.js";

/** What the element is given. */
export interface GivenAccess {
  readonly endpoint: string | undefined;
  readonly token: string | undefined;
}

/** Follows the sessions of the page while its element is in it. */
export class AccessControl implements ReactiveController {
  readonly #given: () => GivenAccess;
  readonly #onChange: () => void;
  #unwatch: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, given: () => GivenAccess, onChange: () => void) {
    this.#given = given;
    this.#onChange = onChange;
    host.addController(this);
  }

  /** The Hub's address. */
  get endpoint(): string {
    return hubAddress(this.#given().endpoint || DEFAULT_ENDPOINT);
  }

  /** What to ask with. The token of a session goes to the Hub that it is of. */
  get access(): Access {
    const { endpoint } = this;
    return { endpoint, token: this.#given().token ?? sessionAt(endpoint)?.token };
  }

  /** The name of who asks, empty when it is not known; absent when nobody does. */
  get user(): string | undefined {
    return this.#given().token === undefined ? sessionAt(this.endpoint)?.name : "";
  }

  hostConnected(): void {
    this.#unwatch = watchSessions(({ endpoint }) => {
      if (endpoint === this.endpoint) this.#onChange();
    });
  }

  hostDisconnected(): void {
    this.#unwatch?.();
  }
}
