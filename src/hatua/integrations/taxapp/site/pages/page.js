// Small tools of the pages: escaping, moving between them, forms with errors that a screen reader hears.

export const main = document.getElementById('main');

export const escape = (text) =>
  String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Moves to a page of this app; `router` in app.js draws it. */
export function go(path, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState']({}, '', `/demo${path}`);
  dispatchEvent(new Event('taxapp:navigate'));
}

export function say(text) {
  document.getElementById('say').textContent = text;
}

export const field = ({ id, label, hint = '', control }) => `
  <div class="field">
    <label for="${id}">${label}</label>
    ${hint ? `<p class="hint" id="${id}-hint">${hint}</p>` : ''}
    ${control}
    <p class="error" id="${id}-error"></p>
  </div>`;

export const attributes = (id, hint = true) =>
  `id="${id}" name="${id}" aria-describedby="${hint ? `${id}-hint ` : ''}${id}-error" autocomplete="off"`;

/**
 * Runs `submit(values)` when every check passes. `checks`: field id -> (value) => '' or what is wrong.
 * `submit` may throw an Error whose message is shown above the button.
 */
export function wire(form, checks, submit) {
  const button = form.querySelector('button[type=submit]');
  const alert = form.querySelector('.alert');
  const show = (id, problem) => {
    form.querySelector(`#${id}-error`).textContent = problem;
    form.elements[id].setAttribute('aria-invalid', problem ? 'true' : 'false');
  };
  for (const id of Object.keys(checks)) {
    form.elements[id].addEventListener('input', () => show(id, ''));
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    let first = '';
    for (const [id, check] of Object.entries(checks)) {
      values[id] = (values[id] || '').trim();
      const problem = check(values[id]);
      show(id, problem);
      if (problem && !first) first = id;
    }
    if (first) {
      form.elements[first].focus();
      return;
    }
    alert.textContent = '';
    button.disabled = true;
    button.classList.add('busy');
    try {
      await submit(values);
    } catch (problem) {
      alert.textContent = problem.message;
      say(problem.message);
    } finally {
      button.disabled = false;
      button.classList.remove('busy');
    }
  });
}

/** As long as a service across town takes to answer. */
export const answer = (ms = 500) => new Promise((done) => setTimeout(done, ms + Math.random() * 300));
