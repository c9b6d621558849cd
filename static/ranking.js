// Ranks by drag and by keys. The row that moves stays where it is in the page, the others
// pass it: so it keeps the focus and the pointer. Ranked rows stand first; numbers follow.
const form = document.querySelector("form.ranking");
const list = form.querySelector(".ranks");
const rows = () => Array.from(list.querySelectorAll(".rank"));
const number = (row) => row.querySelector("input");
const ranked = () => rows().filter((row) => row.classList.contains("ranked"));

function say(row) {
  const reference = row.dataset.reference;
  const held = ranked();
  const place = held.indexOf(row) + 1;
  const told = place ? form.dataset.now : form.dataset.unranked;
  form.querySelector("[role=status]").textContent = told
    .replace("{reference}", reference)
    .replace("{place}", place)
    .replace("{count}", held.length);
}

function renumber() {
  ranked().forEach((row, index) => { number(row).value = index + 1; });
  for (const row of rows()) {
    if (!row.classList.contains("ranked")) {
      number(row).value = "";
    }
  }
}

// To a place among all rows, as one of the ranked or not.
function put(row, place, isRanked) {
  const others = rows().filter((other) => other !== row);
  for (const other of others.slice(0, place)) {
    if (row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) {
      row.before(other);
    }
  }
  for (const other of others.slice(place).reverse()) {
    if (row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING) {
      row.after(other);
    }
  }
  row.classList.toggle("ranked", isRanked);
  renumber();
}

// Up from the first without a rank: it becomes the last with one; down likewise.
function step(row, up) {
  const place = rows().indexOf(row);
  const isRanked = row.classList.contains("ranked");
  const last = ranked().length;
  if (up && !isRanked && place === last) {
    put(row, place, true);
  } else if (!up && isRanked && place === last - 1) {
    put(row, place, false);
  } else {
    put(row, Math.max(0, place + (up ? -1 : 1)), isRanked);
  }
}

function moved(row) {
  say(row);
  row.scrollIntoView({ block: "nearest" });
  form.dispatchEvent(new Event("change"));
}

list.addEventListener("keydown", (event) => {
  const row = event.target.closest(".rank");
  const onHandle = event.target.matches(".handle");
  const isArrow = event.key === "ArrowUp" || event.key === "ArrowDown";
  if (event.altKey && isArrow) {
    step(row, event.key === "ArrowUp");
  } else if (onHandle && event.key === "Home") {
    put(row, 0, true);
  } else if (onHandle && event.key === "End") {
    put(row, ranked().filter((other) => other !== row).length, true);
  } else {
    return;
  }
  event.preventDefault();
  moved(row);
});

// A number that is typed moves its row there.
list.addEventListener("change", (event) => {
  const row = event.target.closest(".rank");
  const held = ranked().filter((other) => other !== row).length;
  const typed = Number(event.target.value);
  const isRanked = Number.isInteger(typed) && typed > 0;
  put(row, isRanked ? Math.min(typed - 1, held) : held, isRanked);
  say(row);
});

let dragged = null;
list.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".handle") && event.button === 0) {
    dragged = event.target.closest(".rank");
    dragged.classList.add("dragged");
  }
});
document.addEventListener("pointermove", (event) => {
  if (!dragged) {
    return;
  }
  const others = rows().filter((row) => row !== dragged);
  const middle = (row) => row.getBoundingClientRect().top + row.offsetHeight / 2;
  const place = others.filter((row) => middle(row) < event.clientY).length;
  const held = others.filter((row) => row.classList.contains("ranked")).length;
  const isRanked = place < held || (place === held && dragged.classList.contains("ranked"));
  if (place !== rows().indexOf(dragged) || isRanked !== dragged.classList.contains("ranked")) {
    put(dragged, place, isRanked);
  }
  const edge = 48;
  if (event.clientY < edge || event.clientY > window.innerHeight - edge) {
    window.scrollBy(0, event.clientY < edge ? -12 : 12);
  }
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (dragged) {
      dragged.classList.remove("dragged");
      moved(dragged);
      dragged = null;
    }
  });
}

for (const element of form.querySelectorAll(".handle, .with-script")) {
  element.hidden = false;
}
