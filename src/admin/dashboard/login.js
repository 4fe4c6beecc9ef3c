/** Asks for a token, where the topology has clients. It stays in this tab's session storage. */
import { html, nothing } from "./lib/lit-html.js";

/**
 * @param {boolean} wasRefused
 * @param {(token: string) => void} onToken
 */
export function login(wasRefused, onToken) {
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const submit = (event) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    if (typeof token === "string" && token.trim() !== "") onToken(token.trim());
  };
  return html`
    <form class="card login" @submit=${submit}>
      <h2>This gateway asks who you are</h2>
      <p class="quiet">
        Paste the token of a client in <code>admin.clients</code> of the topology; the role <code>read</code> is enough. A browser with a
        client certificate needs none.
      </p>
      <label for="token">Token</label>
      <div class="row">
        <input id="token" name="token" type="password" autocomplete="current-password" required spellcheck="false"
          aria-describedby=${wasRefused ? "refused" : nothing} aria-invalid=${wasRefused ? "true" : nothing}>
        <button type="submit" class="primary">Show the status</button>
      </div>
      ${wasRefused ? html`<p id="refused" class="refused" role="alert">The gateway knows no client with this token.</p>` : nothing}
      <p class="quiet">It is kept until this tab is closed.</p>
    </form>
  `;
}
