import { make } from "./dom.js";

const mostLetters = 400_000;

/** The log of a worker, the master or Redis, followed as it grows. */
export class Log {
  constructor() {
    const place = document.getElementById("log");
    [this.select, this.text] = [place.querySelector("select"), place.querySelector("pre")];
    [this.openButton, this.closeButton] = place.querySelectorAll("button");
    this.place = place;
    this.openButton.addEventListener(
      "click",
      () => void this.open(this.select.value, this.select.selectedOptions[0]?.dataset.path),
    );
    this.closeButton.addEventListener("click", () => this.close());
  }

  /** @param {readonly string[]} hosts whose logs there are */
  offer(hosts) {
    const text = hosts.join(" ");
    this.place.hidden = hosts.length === 0;
    if (this.select.dataset.hosts === text) return;
    this.select.dataset.hosts = text;
    const chosen = this.select.value;
    this.select.replaceChildren(...hosts.map((host) => make("option", { value: host }, host)));
    if (hosts.includes(chosen)) this.select.value = chosen;
  }

  /**
   * @param {string} host or job
   * @param {string} path that serves its log
   */
  async open(host, path = "log") {
    this.close();
    if (![...this.select.options].some(({ value }) => value === host))
      this.select.append(make("option", { value: host, "data-path": path }, host));
    this.select.value = host;
    this.stop = new AbortController();
    const { signal } = this.stop;
    Object.assign(this.text, { hidden: false, textContent: "", ariaLabel: `Log of ${host}` });
    this.closeButton.hidden = false;
    this.place.scrollIntoView({ block: "nearest" });
    this.text.focus({ preventScroll: true });
    try {
      const response = await fetch(`${path}?of=${encodeURIComponent(host)}`, { signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) this.add(part.value);
    } catch (error) {
      if (!signal.aborted) this.add(`\n[${error.message}]`);
    }
  }

  add(text) {
    const atEnd = this.text.scrollHeight - this.text.scrollTop - this.text.clientHeight < 30;
    this.text.append(text);
    if (this.text.textContent.length > mostLetters)
      this.text.textContent = this.text.textContent.slice(-mostLetters / 2);
    if (atEnd) this.text.scrollTop = this.text.scrollHeight;
  }

  close() {
    this.stop?.abort();
    this.text.hidden = true;
    this.closeButton.hidden = true;
  }
}
