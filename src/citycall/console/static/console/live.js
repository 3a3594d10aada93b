// What changes in the call centre, as it happens: `listen((topic) => …)`.
//
// One stream of server-sent events for each page. Where the server has no room for it, or it is
// cut off for good, the page asks every few seconds instead and tries the stream again later.
// Topics: "queue", "desk:<user id>", "call:<id>"; "everything" when something may have been missed.

const ASK_EVERY = 4_000;
const TRY_AGAIN = 60_000;

export function listen(heard, { address = "/console/live" } = {}) {
  let source;
  let asking;

  function open() {
    source = new EventSource(address);
    source.addEventListener("open", () => {
      clearInterval(asking);
      asking = undefined;
      document.documentElement.dataset.live = "stream";
      // What happened before the stream was open is seen now.
      heard("everything");
    });
    source.addEventListener("message", (event) => heard(event.data));
    source.addEventListener("error", () => {
      // While the browser connects again by itself, nothing is to be done.
      if (source.readyState === EventSource.CLOSED) ask();
    });
  }

  function ask() {
    source.close();
    document.documentElement.dataset.live = "asking";
    asking ??= setInterval(() => document.hidden || heard("everything"), ASK_EVERY);
    setTimeout(open, TRY_AGAIN);
  }

  // A page that is left gives its place back at once, and one that comes back has it again.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && open());
  open();
}

// Calls `look` once for any number of calls in a short while, never twice at the same time.
export function calmly(look, pause = 300) {
  let waits = false;
  let again = false;
  return async function asked() {
    if (waits) {
      again = true;
      return;
    }
    waits = true;
    try {
      await look();
    } finally {
      setTimeout(() => {
        waits = false;
        if (again) {
          again = false;
          asked();
        }
      }, pause);
    }
  };
}
