import type { Properties } from './types';

const CLICKABLE = 'a,button,[role=button],input[type=submit],input[type=button],[data-hatua-element]';
/** Nothing is captured in here; an editable text is an input without the name. */
const OFF_LIMITS = '[data-hatua-ignore],[contenteditable]';

/** Sends `click` and `form_submit`. Reads attributes and the text of links and buttons; never a value of an input. */
export function autocapture(
  document: Document,
  on: (target: EventTarget, type: string, act: (event: Event) => void) => void,
  track: (name: string, properties: Properties) => void,
): void {
  const capture = (event: Event, selector: string, name: string, key: string): void => {
    const target = (event.composedPath ? event.composedPath()[0] : event.target) as Element;
    const element = target.closest(selector);
    if (!element || element.closest(OFF_LIMITS)) return;
    const attribute = (of: string): string => element.getAttribute(of) || '';
    const tag = element.tagName.toLowerCase();
    const properties: Properties = { [key]: attribute('id') || attribute('name') || tag };
    if (name === 'click') {
      const text = attribute('aria-label') || (/^(a|button)$/.test(tag) && element.textContent) || '';
      properties.id = attribute('id');
      properties.label = text.replace(/\s+/g, ' ').trim().slice(0, 80);
    }
    for (const { name, value } of Array.from(element.attributes)) {
      if (!name.indexOf('data-hatua-')) properties[name.slice(11).replace(/-/g, '_')] = value;
    }
    track(name, properties);
  };
  on(document, 'click', (event) => capture(event, CLICKABLE, 'click', 'element'));
  on(document, 'submit', (event) => capture(event, 'form', 'form_submit', 'form'));
}
