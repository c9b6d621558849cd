// Leave at once, and without this page one step behind in the tab's history.
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    window.location.replace(link.href);
  });
}

// htmx notes the last address in the tab's storage; nothing here needs it.
document.addEventListener("htmx:pushedIntoHistory", () => sessionStorage.clear());
