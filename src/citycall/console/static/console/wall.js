// Renews the wallboard: when the queue tells of news, and every few seconds besides.

(() => {
  "use strict";

  const board = document.querySelector("[data-wall]");
  const status = document.querySelector("[data-wall-status]");
  if (!board) return;

  let asking = false;
  let again = false;

  async function renew() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(board.dataset.wall, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      board.innerHTML = await answer.text();
      status.textContent = "";
      delete board.dataset.old;
    } catch {
      // Old numbers that look new would be worse than none.
      if (status.textContent === "") status.textContent = board.dataset.stale;
      board.dataset.old = "";
    }
    asking = false;
  }

  setInterval(() => document.hidden || renew(), 5_000);
  // At most one renewal a second, however much happens.
  setInterval(() => {
    if (again && !document.hidden) {
      again = false;
      renew();
    }
  }, 1_000);
  if (board.dataset.live) {
    const news = new EventSource(board.dataset.live);
    const heard = () => {
      again = true;
    };
    news.addEventListener("message", heard);
    news.addEventListener("queue", heard);
  }
})();
