// Reads the local stack's mail catcher (maildev's JSON API).
import { Unavailable } from './browser.mjs';

// Mails to `email`, oldest first: {id, subject, text, html, envelope, time}.
export async function mailsTo(inbox, email) {
  let response;
  try {
    response = await fetch(`${inbox}/api/email?to.address=${encodeURIComponent(email)}`, { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new Unavailable(`inbox: ${error.message}`);
  }
  return (await response.json()).sort((a, b) => a.time.localeCompare(b.time));
}

export async function allMails(inbox) {
  return (await fetch(`${inbox}/api/email`)).json();
}
