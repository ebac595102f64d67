// What the visitor has done so far in a journey; it lives as long as the tab. Nothing of it is sent anywhere.

const KEY = 'taxapp';

/** For private modes in which storage is refused: the journey works until the page is loaded again. */
let memory = {};

export function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || memory;
  } catch {
    return memory;
  }
}

export function save(changes) {
  memory = { ...load(), ...changes };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // `memory` has it.
  }
}

export function clear() {
  memory = {};
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // `memory` was all there was.
  }
}
