import { randomUUID } from "node:crypto";

interface Message {
  readonly parent_header: { readonly msg_id?: string };
  readonly msg_type: string;
  readonly content: {
    readonly text?: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly evalue?: string;
    readonly execution_state?: string;
  };
}

/** What JupyterLab answers to a password on its login page, and a session if it is the right one. */
export async function login(url: string, password: string): Promise<{ status: number; session?: Session }> {
  const page = await fetch(`${url}/login`);
  const xsrf = cookiesOf(page)[0] ?? "";
  const answer = await fetch(`${url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: xsrf },
    body: new URLSearchParams({ _xsrf: xsrf.replace("_xsrf=", ""), password }),
  });
  const { status } = answer;
  return status === 302 ? { status, session: new Session(url, [xsrf, ...cookiesOf(answer)]) } : { status };
}

function cookiesOf(response: Response): string[] {
  return response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
}

/** A browser's session with JupyterLab, as far as R is concerned. */
export class Session {
  private readonly headers: { cookie: string; "X-XSRFToken": string };

  constructor(
    readonly url: string,
    cookies: readonly string[],
  ) {
    this.headers = { cookie: cookies.join("; "), "X-XSRFToken": cookies[0]?.replace("_xsrf=", "") ?? "" };
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(this.url + path, { headers: this.headers })).json();
  }

  /** Runs a cell in a kernel of its own, and returns what it shows. */
  async run(code: string, kernel = "ir"): Promise<string> {
    const made = await fetch(`${this.url}/api/kernels`, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify({ name: kernel }),
    });
    const { id } = (await made.json()) as { id: string };
    try {
      return await this.execute(id, code);
    } finally {
      await fetch(`${this.url}/api/kernels/${id}`, { method: "DELETE", headers: this.headers });
    }
  }

  private async execute(kernel: string, code: string): Promise<string> {
    const id = randomUUID();
    const address = `${this.url.replace("http", "ws")}/api/kernels/${kernel}/channels`;
    const socket = new WebSocket(address, { headers: this.headers }); // as undici takes it
    const shown: string[] = [];
    return new Promise((resolve, reject) => {
      const end = setTimeout(() => reject(new Error(`the cell has not ended: ${shown.join("")}`)), 120_000);
      socket.onerror = () => reject(new Error(`no way to the kernel at ${address}`));
      socket.onopen = () => socket.send(JSON.stringify(request(id, code)));
      socket.onmessage = ({ data }) => {
        const { parent_header: parent, msg_type: type, content } = JSON.parse(String(data)) as Message;
        if (parent.msg_id !== id) return;
        shown.push(content.text ?? content.data?.["text/plain"] ?? content.evalue ?? "");
        if (type !== "status" || content.execution_state !== "idle") return;
        clearTimeout(end);
        socket.close();
        resolve(shown.join(""));
      };
    });
  }
}

function request(id: string, code: string): object {
  return {
    header: { msg_id: id, session: randomUUID(), username: "", msg_type: "execute_request", version: "5.3" },
    parent_header: {},
    metadata: {},
    channel: "shell",
    content: { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
  };
}
