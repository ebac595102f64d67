import { install } from './tag';

try {
  install(window, document.currentScript);
} catch {
  // Analytics must never break the page it counts.
}
