/* The clock and the countdown tick here, without asking the server; and a tab whose session is over
   leaves for the sign-in page. Nothing else: pages are Reflex's. */
(() => {
  "use strict";
  const ASK_EVERY = 4_000; // a session that was ended leaves an open page within five seconds
  const ist = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Kolkata", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  // Before there are words to draw: Chromium may leave boxes where letters came while it drew.
  for (const weight of ["400", "700"]) {
    document.fonts.load(`${weight} 14px "Dawncast Devanagari"`, "अ").catch(() => undefined);
  }

  let serverTime = "";
  let ahead = 0; // how many milliseconds the server's clock is ahead of ours

  const WORDS = {
    en: { opens: "Opens in", closes: "SLA closes in", days: "days" },
    hi: { opens: "खुलने में", closes: "SLA बंद होने में", days: "दिन" },
  };
  const words = () => WORDS[document.documentElement.lang] || WORDS.en;

  const two = (n) => String(n).padStart(2, "0");

  function left(milliseconds) {
    const s = Math.max(0, Math.ceil(milliseconds / 1000));
    const hours = Math.floor(s / 3600);
    const rest = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
    if (hours >= 48) return `${Math.floor(hours / 24)} ${words().days}`;
    return hours ? `${hours}:${rest}` : rest;
  }

  function countdown(now, opens, closes) {
    if (now < opens) return [words().opens, left(opens - now)];
    if (now < closes) return [words().closes, left(closes - now)];
    return ["", ""];
  }

  function write(element, words, figure) {
    const key = words + figure;
    if (element.dataset.shown === key) return;
    element.dataset.shown = key;
    element.replaceChildren();
    if (!key) return;
    const said = document.createElement("span");
    said.textContent = words + (figure ? " " : "");
    element.append(said);
    if (figure) {
      const bold = document.createElement("b");
      bold.textContent = figure;
      element.append(bold);
    }
  }

  function tick() {
    const sign = document.querySelector("[data-server-time]");
    if (sign && sign.dataset.leave) {
      leave(sign.dataset.leave);
      return;
    }
    // Before the page has heard from the server there is nothing to show, and React is still at work.
    if (sign && sign.dataset.serverTime) {
      const language = sign.dataset.language || "en";
      if (document.documentElement.lang !== language) document.documentElement.lang = language;
      if (sign.dataset.serverTime !== serverTime) {
        serverTime = sign.dataset.serverTime;
        ahead = Date.parse(serverTime) - Date.now();
      }
      const now = Date.now() + ahead;
      for (const el of document.querySelectorAll("[data-clock]")) write(el, `${ist.format(now)} IST`, "");
      for (const el of document.querySelectorAll("[data-opens]")) {
        write(el, ...countdown(now, Date.parse(el.dataset.opens), Date.parse(el.dataset.closes)));
      }
      setTimeout(tick, 1000 - (now % 1000));
    } else {
      setTimeout(tick, 200);
    }
  }

  function leave(path) {
    const back = location.pathname + location.search;
    location.assign(`${path}?next=${encodeURIComponent(back)}`);
  }

  async function stillSignedIn() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch("/auth/who", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 401) leave("/sign-in");
    } catch {
      /* The server is away; Reflex says so, and comes back by itself. */
    }
  }

  setInterval(stillSignedIn, ASK_EVERY);
  document.addEventListener("visibilitychange", stillSignedIn);
  // A link in the phone's drawer closes the drawer: on the click's way down, before the page it leads
  // to can have taken the link away.
  document.addEventListener("click", (event) => {
    const drawer = event.target.closest?.(".dc-drawer a")?.closest("details");
    if (drawer) drawer.open = false;
  }, true);
  tick();
})();
