import { assets } from './assets.mjs';
import { SignInError } from './identity.mjs';
import { licencePage, problemPage, renewalPage, startPage } from './pages.mjs';
import { isPaid } from './renewals.mjs';

const seeOther = (location, cookies) => ({ status: 303, location, cookies });

// Every address of the service, and what happens there.
export function routes({ config, records, sessions, identity, renewals, webhooks }) {
  const fetchAsset = assets(config.gateway);
  const view = (lang, session) => ({ config, lang, session });

  // Wraps a handler that is for signed-in people: others are sent to sign in.
  const signedIn = (handle) => (call) => {
    const session = sessions.of(call.request);
    if (!session) return seeOther(`/${call.params.lang}/sign-in`);
    return handle({ ...call, session, licence: records.licence.get(session.subject), view: view(call.params.lang, session) });
  };
  // Wraps what a signed-in person does by a form: the form must be one that we gave to this very session. One that is older
  // leads back to where there is a fresh one, and to why.
  const byOwnForm = (handle) => signedIn((call) =>
    (call.form.csrf_token === call.session.csrf_token ? handle(call) : seeOther(`/${call.params.lang}/licence?notice=form-stale`)));

  async function signIn({ request, params }) {
    if (sessions.of(request)) return seeOther(`/${params.lang}/licence`);
    const { url, pending } = await identity.begin(params.lang);
    return seeOther(url, [sessions.beginSignIn({ ...pending, lang: params.lang })]);
  }

  async function callback({ request, url }) {
    const pending = sessions.takeSignIn(request);
    // Reloaded, or begun before a restart: whoever is signed in by now goes on, everybody else begins again.
    if (!pending) return seeOther(`/${languageOf(request)}/licence`);
    try {
      const claims = await identity.finish(url, pending);
      records.licenceOf(claims.sub, { name: claims.name ?? claims.email, address: addressOf(claims.address) });
      return seeOther(`/${pending.lang}/licence`, sessions.open(request, { subject: claims.sub, email: claims.email }));
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
      if (error.isDeclined) return seeOther(`/${pending.lang}/?notice=declined`);
      console.error(`sign-in: ${error.message}`);
      return { status: 400, body: problemPage(view(pending.lang), 'signInFailed') };
    }
  }

  const signOut = ({ session, params }) => seeOther(`/${params.lang}/?notice=signed-out`, sessions.close(session));

  async function pay({ session, params }) {
    const renewal = renewals.begin({ subject: session.subject, email: session.email, lang: params.lang });
    return seeOther((await renewals.paymentPage(renewal)) ?? `/${params.lang}/renewals/${renewal.id}`);
  }

  function showLicence({ licence, session, url, view: own }) {
    const renewal = renewals.of(session.subject);
    return { body: licencePage(own, licence, isPaid(renewal) ? renewal : null, url.searchParams.get('notice')) };
  }

  async function showRenewal({ session, params, view: own }) {
    if (records.renewal.get(params.id)?.subject !== session.subject) return { status: 404, body: problemPage(own, 'notFound') };
    const renewal = await renewals.settle(params.id); // changes the licence once it is paid
    return { body: renewalPage(own, renewal, records.licence.get(session.subject)) };
  }

  const lang = '/(?<lang>en|fr)';
  const problem = (request, status, name) => {
    const [path] = /^\/(?:en|fr)\/[^?]*/.exec(request.url) ?? [];
    return { status, body: problemPage(view(languageOf(request), sessions.of(request)), name, path) };
  };
  return {
    list: [
      { method: 'GET', path: /^\/$/, handle: ({ request }) => seeOther(`/${languageOf(request)}/`) },
      { method: 'GET', path: new RegExp(`^${lang}/$`), handle: ({ request, params, url }) => ({ body: startPage(view(params.lang, sessions.of(request)), url.searchParams.get('notice')) }) },
      { method: 'GET', path: new RegExp(`^${lang}/sign-in$`), hasEffect: true, handle: signIn },
      { method: 'GET', path: /^\/callback$/, hasEffect: true, handle: callback },
      { method: 'POST', path: new RegExp(`^${lang}/sign-out$`), isForm: true, handle: byOwnForm(signOut) },
      { method: 'GET', path: new RegExp(`^${lang}/licence$`), handle: signedIn(showLicence) },
      { method: 'POST', path: new RegExp(`^${lang}/pay$`), isForm: true, handle: byOwnForm(pay) },
      { method: 'GET', path: new RegExp(`^${lang}/renewals/(?<id>[0-9A-F]+)$`), hasEffect: true, handle: signedIn(showRenewal) },
      { method: 'POST', path: /^\/webhooks\/tellusonce$/, handle: ({ request, body }) => ({ status: webhooks.receive(request.headers, body) }) },
      { method: 'GET', path: /^\/assets\//, handle: ({ url }) => fetchAsset(url.pathname) },
      { method: 'GET', path: /^\/metrics$/, handle: () => ({ type: 'text/plain; version=0.0.4', body: journeyMetrics(records, webhooks) }) },
      { method: 'GET', path: /^\/healthz$/, handle: () => ({ type: 'text/plain', body: 'ok' }) },
    ],
    notFound: (request) => problem(request, 404, 'notFound'),
    refused: (request, status) => problem(request, status, 'refused'),
    failed: (request, error) => problem(request, error.isFinal ? 502 : 503, 'failed'),
  };
}

// Open performance metrics in Prometheus' format, counted from the records, so that a restart forgets nothing.
function journeyMetrics(records, webhooks) {
  const renewals = [...records.renewal.values()];
  const metric = (type, name, help, labels, value) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}${labels} ${value}\n`;
  const journey = '{journey="driver-licence-renewal"}';
  return (
    metric('counter', 'journeys_started_total', 'Renewals that a person began to pay for', journey, renewals.length) +
    metric('counter', 'journeys_completed_total', 'Renewals paid and confirmed by email', journey, renewals.filter(({ state }) => state === 'told').length) +
    metric('gauge', 'events_parked', 'Events that could not be worked on: somebody should look', '', webhooks.parkedCount)
  );
}

// The address claim of OpenID Connect as we keep addresses.
function addressOf(claim) {
  if (!claim) return null;
  const [line_1 = '', line_2 = ''] = (claim.street_address ?? '').split('\n');
  return { line_1, line_2, city: claim.locality ?? '', province: claim.region ?? '', postal_code: claim.postal_code ?? '' };
}

// By the address, else as the browser prefers.
function languageOf({ url, headers }) {
  const [, lang] = /^\/(en|fr)(?:[/?]|$)/.exec(url) ?? [];
  return lang ?? (/^fr\b/i.test(headers['accept-language'] ?? '') ? 'fr' : 'en');
}
