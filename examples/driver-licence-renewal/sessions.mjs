import { randomBytes } from 'node:crypto';

const randomToken = () => randomBytes(24).toString('base64url');
const signInMs = 10 * 60_000;
const sessionMs = 2 * 3600_000;
const signInsMax = 10_000;

// Who is signed in, by cookie. A sign-in that is under way is known by a cookie of its own and kept in memory only; the
// session begins when it has succeeded, under an id that nobody could know before.
//
// `__Host-` cookies are sent to this host alone, and over https alone. Chromium and Firefox take http://localhost for as safe,
// so the local stack needs no other cookies; Safari does not: there, use https or another browser.
export const sessionCookie = '__Host-licence-renewal';
export const signInCookie = '__Host-licence-renewal-sign-in';

const cookie = (name, value, ms) => `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${ms / 1000}`;

function cookieOf(request, name) {
  const pair = (request.headers.cookie ?? '').split(';').map((one) => one.trim()).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

export class Sessions {
  #records;
  #signIns = new Map();

  constructor(records) {
    this.#records = records;
  }

  // Notes what a sign-in needs when the browser comes back. Returns the cookie by which it is known.
  beginSignIn(pending) {
    const id = randomToken();
    // Anybody can begin one: the oldest goes when there are too many.
    if (this.#signIns.size >= signInsMax) this.#signIns.delete(this.#signIns.keys().next().value);
    this.#signIns.set(id, { ...pending, until: Date.now() + signInMs });
    return cookie(signInCookie, id, signInMs);
  }

  // What was noted, once.
  takeSignIn(request) {
    const id = cookieOf(request, signInCookie);
    const pending = this.#signIns.get(id);
    this.#signIns.delete(id);
    return pending && pending.until > Date.now() ? pending : null;
  }

  // The session of a signed-in person; null for everybody else.
  of(request) {
    const session = this.#records.session.get(cookieOf(request, sessionCookie));
    return session?.until > Date.now() ? session : null;
  }

  // Begins a session, and ends whichever this browser had. Returns the cookies.
  open(request, { subject, email }) {
    this.close(this.of(request));
    for (const { id, until } of this.#records.session.values()) if (!(until > Date.now())) this.#records.remove('session', id);
    const { id } = this.#records.change('session', randomToken(), { subject, email, csrf_token: randomToken(), until: Date.now() + sessionMs });
    return [cookie(sessionCookie, id, sessionMs), cookie(signInCookie, '', 0)];
  }

  // Ends it. Returns the cookies that are gone with it.
  close(session) {
    if (session) this.#records.remove('session', session.id);
    return [cookie(sessionCookie, '', 0)];
  }
}
