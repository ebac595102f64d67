import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Collector, Device } from './device';

let collector: Collector;

beforeEach(() => {
  vi.useFakeTimers();
  collector = new Collector();
});
afterEach(() => {
  vi.useRealTimers();
});

const SECRETS = ['s3cret', '1234567', 'A012345678X', 'private note', 'Wanjiku'];
const PAGE = `<!doctype html><title>Tax</title>
<button id="btn-mri-start" data-hatua-obligation-type="mri"><b>File  MRI</b>
  now</button>
<a href="/help" aria-label="Get help"><svg></svg></a>
<div role="button">Wanjiku</div>
<p id="plain">Wanjiku</p>
<div data-hatua-element="card" data-hatua-label="A card"><i>Wanjiku</i></div>
<div data-hatua-ignore><button id="hidden">Secret</button></div>
<div contenteditable="true"><a id="typed">private note</a></div>
<form id="mri-validation" action="javascript:void(0)">
  <input name="id" value="1234567"><input name="pin" value="A012345678X"><input type="password" value="s3cret">
  <textarea>private note</textarea>
  <input type="submit" value="s3cret" id="go"><input type="button" value="s3cret" name="reveal">
</form>
<form data-hatua-form="pay" data-hatua-step="2"></form>`;

const open = (autocapture: boolean) =>
  new Device(collector).open({ html: PAGE }).init({ autoPage: false, autocapture });
const captured = async () => {
  await vi.advanceTimersByTimeAsync(6000);
  return collector.events().map(({ event_name, properties }) => [event_name, properties]);
};

test('clicks on buttons, links and marked elements are named by id, label and data-hatua-*', async () => {
  const tab = open(true);
  for (const target of ['#btn-mri-start b', 'a svg', '[role=button]', '[data-hatua-element] i', '#plain']) {
    const element = tab.dom.window.document.querySelector(target);
    element?.dispatchEvent(new tab.dom.window.MouseEvent('click', { bubbles: true, composed: true }));
  }
  expect(await captured()).toEqual([
    [
      'click',
      { element: 'btn-mri-start', id: 'btn-mri-start', label: 'File MRI now', obligation_type: 'mri' },
    ],
    ['click', { element: 'a', id: '', label: 'Get help' }],
    ['click', { element: 'div', id: '', label: '' }],
    ['click', { element: 'card', id: '', label: 'A card' }],
  ]);
});

test('a form’s submission is named by its id, even where a field is called id', async () => {
  const tab = open(true);
  for (const form of tab.dom.window.document.forms) {
    form.dispatchEvent(new tab.dom.window.Event('submit', { bubbles: true, cancelable: true }));
  }
  expect(await captured()).toEqual([
    ['form_submit', { form: 'mri-validation' }],
    ['form_submit', { form: 'pay', step: '2' }],
  ]);
});

test('no value of an input, no editable or ignored text ever leaves the page', async () => {
  const tab = open(true);
  for (const element of tab.dom.window.document.querySelectorAll('body *')) {
    element.dispatchEvent(new tab.dom.window.MouseEvent('click', { bubbles: true }));
    element.dispatchEvent(new tab.dom.window.Event('submit', { bubbles: true, cancelable: true }));
  }
  const events = await captured();
  expect(events.length).toBeGreaterThan(5);
  expect(events).toContainEqual(['click', { element: 'go', id: 'go', label: '' }]);
  expect(events).toContainEqual(['click', { element: 'reveal', id: '', label: '' }]);
  for (const secret of [...SECRETS, 'Secret'])
    expect(JSON.stringify(collector.events())).not.toContain(secret);
});

test('nothing is captured unless asked for', async () => {
  const tab = open(false);
  tab.click('#btn-mri-start');
  expect(await captured()).toEqual([]);
});

test('an error in a handler of ours is not an error of the page', async () => {
  const tab = open(true);
  const errors: unknown[] = [];
  tab.dom.window.addEventListener('error', (event) => errors.push(event));
  tab.dom.window.document.dispatchEvent(new tab.dom.window.Event('click', { bubbles: true }));
  expect(errors).toEqual([]);
});
