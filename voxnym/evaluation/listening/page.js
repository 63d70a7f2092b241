"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const HEADER = ["test", "listener", "order", "kind", "trial", "sounds", "answer", "seconds", "plays"];
  const TITLES = {
    words: "What is said",
    naturalness: "How natural it sounds",
    abx: "Who is speaking",
  };
  const TASKS = {
    words: "Listen, then write down the words that you understand. Guess where you are not sure; leave out what you did not understand at all.",
    naturalness: "Listen, then rate how natural the speech sounds: as if a person were speaking to you, whatever you think of the voice and the words.",
    abx: "Listen to A, B and X. A and B are two people. One of them also speaks X. Who is it? Guess if you cannot tell.",
  };
  const SCALE = [
    ["5", "Excellent", "entirely natural, a person speaking"],
    ["4", "Good", "natural, with small oddities"],
    ["3", "Fair", "as natural as not"],
    ["2", "Poor", "mostly unnatural"],
    ["1", "Bad", "entirely unnatural"],
  ];
  let state = null;
  let order = [];
  let shown = null;
  let forgetful = false;
  const sound = new Audio();

  // Seeded order: FNV-1a makes a seed of a text, xorshift (13, 17, 5) makes numbers of it.
  const generator = (text) => {
    let s = 0x811c9dc5;
    for (const letter of text) s = Math.imul(s ^ letter.codePointAt(0), 0x01000193) >>> 0;
    s = s || 1;
    const next = () => {
      s ^= s << 13; s >>>= 0; s ^= s >>> 17; s ^= s << 5; s >>>= 0;
      return s / 4294967296;
    };
    // Seeds that are alike give alike first numbers.
    for (let i = 0; i < 16; i++) next();
    return next;
  };
  const shuffled = (list, random) => {
    const out = list.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  };
  const orderFor = (listener) => data.sections.flatMap((section, part) =>
    shuffled(section.trials, generator(`${data.order}/${listener}/${section.kind}`)).map((trial, place) => ({
      part, place, of: section.trials.length, kind: section.kind, trial: trial.code,
      sounds: trial.versions[listener % trial.versions.length],
    })));

  const storageKey = (listener) => `voxnym-listening/${data.test}/${listener}`;
  const say = (text) => { $("message").textContent = text; };
  const keep = () => {
    try {
      localStorage.setItem(storageKey(state.listener), JSON.stringify(state));
      localStorage.setItem(storageKey("last"), String(state.listener));
    } catch {
      forgetful = true;
    }
  };
  const kept = (name) => {
    try { return localStorage.getItem(storageKey(name)); } catch { return null; }
  };

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") made.className = value; else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };
  const show = (id) => {
    for (const name of ["start", "trial", "end"]) $(name).hidden = name !== id;
    say("");
  };

  const halt = () => {
    sound.pause();
    for (const button of $("players").children) button.classList.remove("playing");
  };
  const play = (place) => {
    const button = $("players").children[place];
    if (!button) return;
    halt();
    say("");
    button.classList.add("playing");
    shown.plays += 1;
    sound.src = data.sounds[shown.item.sounds[place]];
    sound.onended = () => {
      button.classList.remove("playing");
      button.classList.add("heard");
      button.setAttribute("aria-label", `${button.textContent}, heard`);
      shown.heard.add(place);
    };
    sound.play().catch((error) => {
      if (error.name === "AbortError") return;
      button.classList.remove("playing");
      say("This sound cannot be played here. Please try another browser.");
    });
  };

  const choices = (question, rows) => {
    const field = element("fieldset", {}, element("legend", {}, question));
    for (const [value, name, meaning] of rows) {
      const input = element("input", { type: "radio", name: "choice", value });
      const text = element("span", {}, element("strong", {}, name));
      if (meaning) text.append(` – ${meaning}`);
      field.append(element("label", { class: "choice" }, input, text));
    }
    return field;
  };
  const fieldFor = (kind) => {
    if (kind === "words") {
      const input = element("input", {
        type: "text", id: "words", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        maxlength: "1000",
      });
      return element("div", { class: "field" }, element("label", { for: "words" }, "The words"), input);
    }
    if (kind === "naturalness") {
      return choices("How natural does the speech sound?", SCALE.map(([v, n, m]) => [v, `${v} ${n}`, m]));
    }
    return choices("Who speaks X?", [["A", "The same person as A", ""], ["B", "The same person as B", ""]]);
  };

  const ask = () => {
    const item = order[state.answers.length];
    if (!item) { finish(); return; }
    show("trial");
    shown = { item, heard: new Set(), plays: 0, since: Date.now() };
    $("progress").max = order.length;
    $("progress").value = state.answers.length;
    $("part").textContent =
      `Part ${item.part + 1} of ${data.sections.length}: ${TITLES[item.kind]} (${item.place + 1} of ${item.of})`;
    $("task").textContent = TASKS[item.kind];
    const names = item.kind === "abx" ? ["Play A", "Play B", "Play X"] : ["Play"];
    $("players").replaceChildren(...names.map((name, place) => {
      const button = element("button", { type: "button" }, name);
      button.addEventListener("click", () => play(place));
      return button;
    }));
    $("field").replaceChildren(fieldFor(item.kind));
    if (forgetful) say("This browser keeps nothing: save your answers before you close or reload the page.");
    $("part").focus();
  };
  const answered = () => {
    if (shown.item.kind === "words") return $("words").value.replace(/\s+/g, " ").trim();
    const chosen = document.querySelector("input[name=choice]:checked");
    return chosen ? chosen.value : null;
  };
  const accept = () => {
    const { item } = shown;
    if (shown.heard.size < item.sounds.length) {
      say(item.sounds.length > 1 ? "Please listen to A, B and X to the end first." : "Please listen to the end first.");
      return;
    }
    const answer = answered();
    if (answer === null) { say("Please choose an answer."); return; }
    halt();
    state.answers.push({
      order: state.answers.length + 1, kind: item.kind, trial: item.trial, sounds: item.sounds.join(" "),
      answer, seconds: ((Date.now() - shown.since) / 1000).toFixed(1), plays: shown.plays,
    });
    keep();
    ask();
  };

  const quoted = (value) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = () => {
    const rows = state.answers.map((a) => HEADER.map((name) => quoted({ test: data.test, listener: state.listener, ...a }[name])));
    return [HEADER, ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
  };
  const finish = () => {
    halt();
    const open = order.length - state.answers.length;
    show("end");
    $("thanks").textContent = open ? `Saved so far: ${state.answers.length} of ${order.length}` : "Thank you: that was all";
    $("resume").hidden = !open;
    $("csv").value = csv();
    $("thanks").focus();
  };
  const save = () => {
    const address = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    const link = element("a", { href: address, download: `answers-${data.test}-${state.listener}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };

  const begin = () => {
    const listener = Number($("listener").value);
    if (!Number.isInteger(listener) || listener < 1 || listener > 999999) {
      say("Please enter a listener number from 1 to 999999.");
      $("listener").focus();
      return;
    }
    if (!$("agree").checked) {
      say("Please confirm that you want to take part.");
      $("agree").focus();
      return;
    }
    order = orderFor(listener);
    state = { listener, answers: [] };
    try {
      const earlier = JSON.parse(kept(listener));
      const fits = Array.isArray(earlier?.answers) && earlier.answers.every((a, i) => a.trial === order[i]?.trial);
      if (fits) state.answers = earlier.answers;
    } catch { /* what cannot be read is begun afresh */ }
    keep();
    ask();
  };

  const onKey = (event) => {
    if ($("trial").hidden || !$("shortcuts").checked) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.id === "words") return;
    const key = event.key.toLowerCase();
    const abx = shown.item.kind === "abx";
    const place = abx ? "abx".indexOf(key) : key === "p" ? 0 : -1;
    const options = [...document.querySelectorAll("input[name=choice]")];
    const option = abx ? options["12".indexOf(key)] : options.find((each) => each.value === key);
    if (place >= 0) play(place);
    else if (option) { option.checked = true; option.focus(); }
    else if (key === "n") accept();
    else return;
    event.preventDefault();
  };

  const PARTS = {
    words: "write down what is said",
    naturalness: "rate how natural speech sounds, from 1 (bad) to 5 (excellent)",
    abx: "say which of two people speaks",
  };
  const total = data.sections.reduce((sum, section) => sum + section.trials.length, 0);
  $("size").textContent = `${total} in all; it takes about ${data.minutes} minutes, with breaks whenever you like`;
  $("parts").replaceChildren(...data.sections.map((s) => element("li", {}, `${s.trials.length} times: ${PARTS[s.kind]}`)));
  $("listener").value = kept("last") || String(1 + Math.floor(Math.random() * 999999));
  $("begin").addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  $("answer").addEventListener("submit", (event) => { event.preventDefault(); accept(); });
  $("stop").addEventListener("click", finish);
  $("resume").addEventListener("click", ask);
  $("save").addEventListener("click", save);
  $("forget").addEventListener("click", () => {
    if (!confirm("Delete your answers from this browser? Save them first if you want to keep them.")) return;
    try {
      localStorage.removeItem(storageKey(state.listener));
      localStorage.removeItem(storageKey("last"));
    } catch { /* then nothing was kept */ }
    location.reload();
  });
  document.addEventListener("keydown", onKey);
  show("start");
})();
