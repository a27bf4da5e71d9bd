// Pages and dialogs about accounts come with words of their own, which the others need not load.

let load: () => Promise<unknown> = () => Promise.resolve();

/** Whoever knows the catalogues says how they are loaded. */
export function setWordLoader(loader: () => Promise<unknown>): void {
  load = loader;
}

/** What is loaded, once its words are there too. */
export function withAccountWords<T>(loading: () => Promise<T>): () => Promise<T> {
  return async () => {
    const [found] = await Promise.all([loading(), load()]);
    return found;
  };
}
