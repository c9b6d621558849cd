// Leave at once, and without this page one step behind in the tab's history.
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    window.location.replace(link.href);
  });
}

// After filtering, the links to this page in other languages lead to what is shown;
// htmx notes the last address in the tab's storage, which nothing here needs.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[hreflang]")) {
    link.search = window.location.search;
  }
  sessionStorage.clear();
});
