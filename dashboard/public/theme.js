// Runs before the first paint, so that a dark dashboard never flashes white.
try {
  const kept = localStorage.getItem('hatua_theme');
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.classList.toggle('dark', dark);
} catch {
  // Storage may be forbidden; the light theme is a fine answer.
}
