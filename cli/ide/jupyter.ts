import { Failure } from "../failure";

/**
 * Signs in to JupyterLab as its login page does.
 *
 * @returns the cookies that keep the browser signed in, each as a `Set-Cookie` header
 * @throws Failure if the password is not the one
 */
export async function signIn(url: string, password: string): Promise<string[]> {
  const page = await fetch(`${url}/login`);
  const [cookie = ""] = page.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const answer = await fetch(`${url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie },
    body: new URLSearchParams({ _xsrf: cookie.replace(/^_xsrf=/, ""), password }),
  });
  if (answer.status !== 302) {
    throw new Failure(`JupyterLab does not take the password of the stack: 'rcluster up' may mend it`);
  }
  return answer.headers.getSetCookie();
}
