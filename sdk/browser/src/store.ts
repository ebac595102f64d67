/** Web storage that may be full, blocked or missing. No call throws; what storage refuses is kept in memory. */
export interface Store {
  get(key: string): string | null;
  /** False when the value is in memory only. */
  set(key: string, value: string): boolean;
  del(key: string): void;
  /** Keys that start with `prefix`, sorted. */
  keys(prefix: string): string[];
}

/** `area` is a function because reading `window.localStorage` itself can throw. */
export function openStore(area: () => Storage): Store {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(area());
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => memory.get(key) || attempt((s) => s.getItem(key)) || null,
    set: (key, value) => {
      memory.set(key, value);
      return !!attempt((s) => {
        s.setItem(key, value);
        return memory.delete(key);
      });
    },
    del: (key) => {
      memory.delete(key);
      attempt((s) => s.removeItem(key));
    },
    keys: (prefix) =>
      Array.from(new Set(Array.from(memory.keys()).concat(attempt(Object.keys) || [])))
        .filter((key) => !key.indexOf(prefix))
        .sort(),
  };
}
