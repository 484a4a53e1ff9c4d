// Films in the admin: the upload screen, the upload tab of the chooser, and states that follow by themselves.
import { Upload } from "./uploading.js";

const PAUSE = 2000; // ms between two questions about a state
const language = document.documentElement.lang || "en";
const number = (value, options) => new Intl.NumberFormat(language, { maximumFractionDigits: 1, ...options }).format(value);
const unit = (value, name) => number(value, { style: "unit", unit: name });

const screen = document.querySelector("[data-uploads]");
if (screen) prepare(screen);
document.addEventListener("submit", sendFromChooser, { capture: true });
follow();

function sizeOf(bytes) {
  if (bytes < 2 ** 20) return unit(bytes / 2 ** 10, "kilobyte");
  return bytes < 2 ** 30 ? unit(bytes / 2 ** 20, "megabyte") : unit(bytes / 2 ** 30, "gigabyte");
}

function timeOf(seconds) {
  if (seconds < 60) return number(Math.max(Math.round(seconds), 1), { style: "unit", unit: "second", unitDisplay: "long" });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return number(minutes, { style: "unit", unit: "minute", unitDisplay: "long" });
  return number(minutes / 60, { style: "unit", unit: "hour", unitDisplay: "long" });
}

/** "12 MB of 30 MB · 2 MB/s · 9 seconds left" */
function progressOf(upload, words) {
  const told = [words.of.replace("{sent}", sizeOf(upload.sent)).replace("{size}", sizeOf(upload.file.size))];
  if (upload.bytesPerSecond) {
    told.push(`${sizeOf(upload.bytesPerSecond)}/s`, words.left.replace("{time}", timeOf(upload.secondsLeft)));
  }
  return told.join(" · ");
}

function settings(form, holder) {
  return {
    beginUrl: holder.dataset.beginUrl,
    sliceBytes: Number(holder.dataset.sliceBytes),
    token: form.querySelector("[name=csrfmiddlewaretoken]").value,
    collection: form.querySelector("[name=collection]")?.value,
  };
}

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const list = document.querySelector("[data-upload-list]");
  const waiting = [];
  let busy = false;

  form.classList.add("videos-form--scripted");
  input.multiple = true;
  input.addEventListener("change", () => {
    for (const file of input.files) waiting.push(row(form, list, file));
    input.value = "";
    work();
  });
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(kind, () => drop.classList.toggle("videos-drop--over", over));
  }
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });

  async function work() {
    if (busy) return;
    busy = true;
    for (let next; (next = waiting.shift()); ) if (next.upload.state === "waiting") await next.upload.run();
    busy = false;
  }

  function row(form, list, file) {
    const item = form.querySelector("template").content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-part=${name}]`);
    const { dataset: words } = form;
    const changed = (upload) => {
      const percent = Math.floor((upload.sent / Math.max(file.size, 1)) * 100);
      part("bar").value = upload.state === "sent" ? 100 : percent;
      part("figures").textContent = upload.state === "sending" ? progressOf(upload, words) : "";
      const said = upload.problem || words[upload.state];
      // Only what changed is written: this line is read out.
      if (part("state").textContent !== said) part("state").textContent = said;
      item.dataset.state = upload.state;
      part("cancel").hidden = !["waiting", "sending", "cut"].includes(upload.state);
      part("again").hidden = upload.state !== "failed" || Boolean(upload.refused);
      part("edit").hidden = upload.state !== "sent";
      if (upload.state === "sent") part("edit").href = upload.told.edit_url;
      if (upload.state === "sent" && !item.querySelector("[data-video-state]")) {
        part("preparing").dataset.url = upload.told.state_url;
        part("preparing").dataset.videoState = "";
        part("preparing").dataset.open = "yes";
        follow();
      }
    };
    const upload = new Upload(file, { ...settings(form, form), changed });
    part("name").textContent = file.name;
    for (const [name, action] of [["cancel", () => upload.cancel()], ["again", () => { upload.state = "waiting"; waiting.push({ upload }); work(); }]]) {
      part(name).setAttribute("aria-label", `${part(name).textContent}: ${file.name}`);
      part(name).addEventListener("click", action);
    }
    list.append(item);
    changed(upload);
    return { upload };
  }
}

/** The chooser's form: the file goes ahead in slices, then Wagtail sends the form with its `uid`. */
async function sendFromChooser(event) {
  const form = event.target;
  const uid = form.querySelector("input[name=uid][data-begin-url]");
  const input = form.querySelector("input[type=file]");
  if (!uid || uid.value || !input?.files.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const told = form.querySelector("[data-upload-told]") ?? input.parentElement.appendChild(document.createElement("p"));
  told.dataset.uploadTold = "";
  told.setAttribute("role", "status");
  const changed = (upload) => (told.textContent = upload.problem || (upload.state === "sending" ? progressOf(upload, uid.dataset) : uid.dataset[upload.state]));
  const upload = new Upload(input.files[0], { ...settings(form, uid), changed });
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  await upload.run();
  button.disabled = false;
  if (upload.state !== "sent") return;
  uid.value = upload.told.uid;
  input.value = "";
  form.requestSubmit();
}

let following = false;
async function follow() {
  if (following) return;
  following = true;
  for (let open; (open = document.querySelectorAll("[data-video-state][data-open=yes]")).length; ) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (document.hidden) continue;
    for (const element of open) await askFor(element);
  }
  following = false;
}

async function askFor(element) {
  try {
    const answer = await fetch(element.dataset.url, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) return void (element.dataset.open = "no");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-video-state]");
    if (fresh.textContent !== element.textContent) element.replaceChildren(...fresh.childNodes);
    element.dataset.open = fresh.dataset.open;
    // The editor shows the film itself once it is there.
    if (fresh.dataset.open === "no" && element.hasAttribute("data-reload")) location.reload();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network was away: ask again
  }
}
