// Ctrl+Enter saves and goes on; among translations, with Shift it marks as reviewed and
// with Alt it skips.
const form = document.querySelector("form.translating, form.ranking, #recommendation_form, #section_form");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) {
    return;
  }
  const save = ["[value=save]", "[name=_next]", "[name=_save]"];
  const wanted = event.altKey ? ["a[rel=next]"] : event.shiftKey ? ["[value=review]"] : save;
  const control = wanted.map((one) => form?.querySelector(one)).find(Boolean);
  if (control) {
    event.preventDefault();
    control.click();
  }
});

// Whoever leaves with something unsaved is asked first.
if (form) {
  const filled = () => new URLSearchParams(new FormData(form)).toString();
  const isRefused = document.querySelector(".errornote") !== null;
  let asLoaded = null;
  let isSent = false;
  window.addEventListener("load", () => { asLoaded = filled(); });
  form.addEventListener("submit", () => { isSent = true; });
  window.addEventListener("pageshow", () => { isSent = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && asLoaded !== null && (isRefused || filled() !== asLoaded)) {
      event.preventDefault();
    }
  });
}

// The long texts of an entry: shown as participants will read them, and kept on the
// server until they are saved. Nothing is put into this browser's storage.
const preview = document.querySelector(".preview[data-preview]");
if (form && preview) {
  const texts = () => {
    const found = new FormData();
    for (const field of form.querySelectorAll("textarea, [name=csrfmiddlewaretoken], [name=version]")) {
      found.set(field.name, field.value);
    }
    return found;
  };
  const typed = () => new URLSearchParams(texts()).toString();
  const status = preview.querySelector(".kept");
  const shown = preview.querySelector(".shown");
  let kept = typed();
  let isSent = false;
  let waiting = 0;
  let asked = 0;

  async function show() {
    const own = ++asked;
    const answer = await fetch(preview.dataset.preview, { method: "POST", body: texts() }).catch(() => null);
    if (own === asked && answer?.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown.replaceChildren(...page.body.childNodes);
    }
  }

  async function keep() {
    const now = typed();
    if (isSent || now === kept || !preview.dataset.autosave) {
      return;
    }
    const answer = await fetch(preview.dataset.autosave, { method: "POST", body: texts(), keepalive: true }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      kept = now;
      status.textContent = answer.status === 204 ? "" : (await answer.json()).told;
    } else {
      status.textContent = preview.dataset.failed;
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) {
      clearTimeout(waiting);
      waiting = setTimeout(show, 400);
    }
  });
  form.addEventListener("submit", () => { isSent = true; });
  window.addEventListener("pageshow", () => { isSent = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      keep();
    }
  });
  setInterval(keep, 15000);
}
