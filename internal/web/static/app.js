// What pages do beyond forms and links. Everything here only adds comfort.
(() => {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-theme-toggle]");
    if (toggle) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `aicity_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim()).then(() => {
        copy.textContent = "Copied";
      });
    }
  });
  // A file that is too large is said to be so before it is sent.
  document.addEventListener("change", (event) => {
    const max = Number(event.target.dataset.max);
    if (event.target.type !== "file" || !max) return;
    const file = event.target.files[0];
    event.target.setCustomValidity(file && file.size > max ? `This file has ${Math.ceil(file.size / 2 ** 20)} MiB; at most ${max / 2 ** 20} MiB are taken.` : "");
    event.target.reportValidity();
  });
  // Of a double click the second is dropped; the city would answer it like the first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 2000);
  });
  // A task's page follows its events: each one fetches the changed part again.
  const live = document.querySelector("[data-live]");
  if (live && window.EventSource) {
    const source = new EventSource(live.dataset.live);
    // Whoever is filling in a form on the page finishes it first.
    const refresh = () => {
      if (live.querySelector("form:focus-within")) live.addEventListener("focusout", () => setTimeout(refresh), { once: true });
      else window.htmx.trigger(live, "changed");
    };
    source.addEventListener("changed", refresh);
    source.addEventListener("over", () => { refresh(); source.close(); });
  }
  // The city writes times in UTC; here they are those of the reader's clock.
  const zone = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
  const formats = {
    minute: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }),
    second: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  };
  const localize = () => {
    document.querySelectorAll("time[data-local]").forEach((el) => {
      const at = new Date(el.dateTime);
      if (at.getTimezoneOffset() !== 0) {
        el.title = `${zone.format(at)}, ${el.title}`;
        el.textContent = formats[el.dataset.local].format(at);
      }
      delete el.dataset.local;
    });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const note = document.querySelector("[data-zone]");
    if (note && timeZone && new Date().getTimezoneOffset() !== 0) note.textContent = `Times in ${timeZone.replaceAll("_", " ")}`;
  };
  const tick = () => document.querySelectorAll("time[data-until]").forEach((el) => {
    const left = Math.max(0, Math.round((new Date(el.dateTime) - Date.now()) / 1000));
    const parts = [[Math.floor(left / 86400), "d"], [Math.floor(left / 3600) % 24, "h"], [Math.floor(left / 60) % 60, "min"], [left % 60, "s"]];
    const shown = parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(" ");
    el.textContent = left ? `in ${shown}` : "now";
  });
  document.addEventListener("htmx:afterSwap", () => { localize(); tick(); });
  setInterval(tick, 1000);
  localize();
  tick();
})();
