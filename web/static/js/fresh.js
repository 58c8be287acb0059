// A part of a page that asks for news, but only while somebody looks.

/** Call `ask` every so many milliseconds while the page is seen and `wanted()` holds, and when it is looked at again. */
export function keepFresh(ask, everyMs, wanted = () => true) {
  setInterval(() => {
    if (!document.hidden && wanted()) ask();
  }, everyMs);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
}
