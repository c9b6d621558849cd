// The room's screen with script: counts down by itself, asks for the numbers, goes on without
// a network. Nothing is reloaded, so that full screen and text size stay.
const ASK_EVERY = 4000;
const VIEWS = ["all", "question", "join", "candidates"];
const root = document.documentElement;
const room = () => document.getElementById("room");

let told = read(room());
let toldAt = performance.now();
let failing = false;
let size = 1;

function read(main) {
  const [answered, codes] = (main.dataset.counted || "0 0").split(" ").map(Number);
  return { state: main.dataset.state, seconds: Number(main.dataset.seconds), answered, codes };
}

function clock(seconds) {
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = pad(seconds % 60);
  return hours ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function show() {
  const main = room();
  const passed = Math.floor((performance.now() - toldAt) / 1000);
  const left = Math.max(0, told.seconds - passed);
  const isOver = told.state === "closed" || (told.state === "open" && left === 0);
  main.querySelector(".remaining").textContent = told.state === "open" && !isOver
    ? main.dataset.left.replace("{time}", clock(left)) : "";
  say(main.querySelector(".answered"), answered(main, isOver));
  const age = main.querySelector(".age");
  age.hidden = !failing;
  if (failing) {
    // Every ten seconds, so that it is not read out all the time.
    say(age, main.dataset.old.replace("{seconds}", passed < 10 ? passed : passed - passed % 10));
  }
  main.querySelector(".join").hidden = isOver;
}

function say(place, text) {
  if (text && place.textContent !== text) {
    place.textContent = text;
  }
}

function answered(main, isOver) {
  if (isOver) {
    return main.dataset.closed.replace("{answered}", told.answered);
  }
  if (told.state === "draft") {
    return "";
  }
  return main.dataset.answeredOf.replace("{answered}", told.answered).replace("{codes}", told.codes);
}

async function ask() {
  try {
    const answer = await fetch(room().dataset.numbers, { cache: "no-store" });
    if (!answer.ok || answer.redirected) {
      throw new Error("no numbers");
    }
    const started = told.state;
    told = await answer.json();
    toldAt = performance.now();
    failing = false;
    if (started !== told.state) {
      await turnTo(`?language=${room().dataset.language}`);
    }
  } catch {
    failing = true;
  }
  show();
  setTimeout(ask, ASK_EVERY);
}

// Another language, or another state, in place of what is shown.
async function turnTo(address) {
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("room");
    if (!next) {
      return;
    }
    room().replaceWith(next);
    root.lang = page.documentElement.lang;
    root.dir = page.documentElement.dir;
    document.title = page.title;
    history.replaceState(null, "", address);
    scripted();
    show();
  } catch {
    failing = true;
    show();
  }
}

function scripted() {
  for (const told of document.querySelectorAll(".with-script")) {
    told.hidden = false;
  }
}

function enlarge(by) {
  size = Math.min(2.5, Math.max(0.5, size + by));
  root.style.setProperty("--size", size);
}

function nextView() {
  const place = VIEWS.indexOf(root.dataset.view || "all");
  root.dataset.view = VIEWS[(place + 1) % VIEWS.length];
}

function fullScreen() {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    root.requestFullscreen?.().catch(() => {});
  }
}

function keys() {
  const dialog = room().querySelector("dialog");
  if (dialog.open) {
    dialog.close();
  } else {
    dialog.showModal();
  }
}

const DONE_BY = {
  f: fullScreen,
  "+": () => enlarge(0.1),
  "=": () => enlarge(0.1),
  "-": () => enlarge(-0.1),
  q: nextView,
  l: () => turnTo(room().dataset.next),
  "?": keys,
  "؟": keys,
};
// Keyboards of other letters have the same keys in the same places.
const PLACES = { KeyF: "f", KeyQ: "q", KeyL: "l" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const key = event.key.toLowerCase();
  const act = DONE_BY[key] || (key > "z" ? DONE_BY[PLACES[event.code]] : undefined);
  if (act) {
    event.preventDefault();
    act();
  }
});

scripted();
show();
setInterval(show, 1000);
ask();
