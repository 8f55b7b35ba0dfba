import type { CallOptions, Transport } from "./transport.js"
import type { CategoryInfo, Model } from "./types.js"

/** What everybody may know: kinds of work and models. Its calls need no secret. */
export class Reference {
  constructor(private readonly transport: Transport) {}

  /** The kinds of work. */
  categories(options?: CallOptions): Promise<CategoryInfo[]> {
    return this.transport.call({ method: "GET", path: "/categories", options })
  }

  /** The price table of models. */
  models(options?: CallOptions): Promise<Model[]> {
    return this.transport.call({ method: "GET", path: "/models", options })
  }
}
