// Leave at once, and without this page one step behind in the tab's history.
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    window.location.replace(link.href);
  });
}

// The original of a translation comes and goes beneath it; its page stays a click away.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.original");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  if (link.ariaBusy) {
    return;
  }
  const shown = link.parentElement.nextElementSibling;
  if (shown?.matches(".text.original")) {
    shown.hidden = !shown.hidden;
  } else {
    link.ariaBusy = "true";
    try {
      const answer = await fetch(link.href, { credentials: "omit" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const original = page.querySelector("#original .text");
      original.classList.add("original");
      link.parentElement.after(original);
    } catch {
      window.location.assign(link.href);
      return;
    } finally {
      link.ariaBusy = null;
    }
  }
  link.setAttribute("aria-expanded", String(!link.parentElement.nextElementSibling.hidden));
});

// Results are swapped beneath a reader who is somewhere else: what was open stays open,
// what was chosen for a small screen stays chosen, the focus stays where it was.
let open = [];
let focused = "";
document.addEventListener("htmx:beforeSwap", () => {
  const held = "#facets details[open], #results details[open], .tabs input:checked";
  open = Array.from(document.querySelectorAll(held), (element) => element.id);
  focused = document.activeElement.id;
});
document.addEventListener("htmx:afterSettle", () => {
  for (const element of open.map((id) => document.getElementById(id))) {
    if (element instanceof HTMLInputElement) {
      element.checked = true;
    } else if (element) {
      element.open = true;
    }
  }
  const element = document.getElementById(focused);
  if (element && document.activeElement !== element) {
    element.focus({ preventScroll: true });
  }
});

// What was marked and not yet put into the selection goes along.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("form.filters")) {
    for (const box of document.querySelectorAll("#results [name=add]:checked")) {
      event.detail.formData.append("add", box.value);
    }
  }
});

// Suggestions go when the search is on its way.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target instanceof HTMLFormElement) {
    document.getElementById("suggestions")?.replaceChildren();
  }
});

// After filtering, the links to this page in other languages lead to what is shown;
// htmx notes the last address in the tab's storage, which nothing here needs.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[hreflang]")) {
    link.search = window.location.search;
  }
  sessionStorage.clear();
});
