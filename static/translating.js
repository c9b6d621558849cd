// Ctrl+Enter saves and goes on, with Shift it marks as reviewed, with Alt it skips.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) {
    return;
  }
  const wanted = event.altKey ? "a[rel=next]" : event.shiftKey ? "[value=review]" : "[value=save]";
  const control = document.querySelector(`.translating ${wanted}`);
  if (control) {
    event.preventDefault();
    control.click();
  }
});
