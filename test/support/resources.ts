/** What must be let go together, in reverse order, also when only half of it could be made. */
export class Resources implements AsyncDisposable {
  readonly #kept: AsyncDisposable[] = [];

  keep<T extends AsyncDisposable>(resource: T): T {
    this.#kept.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let resource = this.#kept.pop(); resource !== undefined; resource = this.#kept.pop()) await resource[Symbol.asyncDispose]();
  }
}
