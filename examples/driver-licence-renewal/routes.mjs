import { assets } from './assets.mjs';
import { failedPage, licencePage, notFoundPage, renewalPage, startPage } from './pages.mjs';

const cookieName = 'licence-renewal';
const seeOther = (location, cookie) => ({ status: 303, location, cookie });

// Every address of the service, and what happens there.
export function routes({ config, records, identity, renewals, webhooks }) {
  const fetchAsset = assets(config.gateway);
  const view = (params) => ({ config, lang: params.lang });

  const sessionOf = (request) => {
    const cookies = Object.fromEntries((request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=')));
    return records.session.get(cookies[cookieName]);
  };
  // Wraps a handler that is for signed-in people: others are sent to sign in.
  const signedIn = (handle) => (call) => {
    const session = sessionOf(call.request);
    if (!session?.subject) return seeOther(`/${call.params.lang}/sign-in`);
    return handle({ ...call, session, licence: records.licence.get(session.subject) });
  };

  async function signIn({ params }) {
    const { url, pending } = await identity.begin(params.lang);
    const session = records.newSession(params.lang);
    records.change('session', session.id, { pending });
    return seeOther(url, `${cookieName}=${session.id}; HttpOnly; SameSite=Lax; Path=/; Max-Age=7200`);
  }

  async function callback({ request, url }) {
    const session = sessionOf(request);
    if (!session?.pending) return seeOther(`/${session?.lang ?? 'en'}/licence`);
    if (url.searchParams.has('error')) return seeOther(`/${session.lang}/?declined=1`);
    const claims = await identity.finish(url, session.pending);
    records.change('session', session.id, { pending: null, subject: claims.sub, email: claims.email });
    records.licenceOf(claims.sub, { name: claims.name ?? claims.email, address: claims.address });
    return seeOther(`/${session.lang}/licence`);
  }

  async function pay({ session, params, form }) {
    if (form.csrf_token !== session.csrf_token) return seeOther(`/${params.lang}/licence`);
    const renewal = renewals.begin({ subject: session.subject, email: session.email, lang: params.lang });
    return seeOther((await renewals.paymentPage(renewal)) ?? `/${params.lang}/renewals/${renewal.id}`);
  }

  function showLicence({ params, licence, session }) {
    const renewal = renewals.of(session.subject);
    return { body: licencePage(view(params), licence, session, isPaid(renewal) ? renewal : null) };
  }

  async function showRenewal({ session, params }) {
    if (records.renewal.get(params.id)?.subject !== session.subject) return { status: 404, body: notFoundPage(view(params)) };
    const renewal = await renewals.settle(params.id); // changes the licence once it is paid
    return { body: renewalPage(view(params), renewal, records.licence.get(session.subject), session) };
  }

  const lang = '/(?<lang>en|fr)';
  return {
    list: [
      { method: 'GET', path: /^\/$/, handle: ({ request }) => seeOther(/^fr/i.test(request.headers['accept-language'] ?? '') ? '/fr/' : '/en/') },
      { method: 'GET', path: new RegExp(`^${lang}/$`), handle: ({ params, url }) => ({ body: startPage(view(params), url.searchParams.has('declined')) }) },
      { method: 'GET', path: new RegExp(`^${lang}/sign-in$`), handle: signIn },
      { method: 'GET', path: /^\/callback$/, handle: callback },
      { method: 'GET', path: new RegExp(`^${lang}/licence$`), handle: signedIn(showLicence) },
      { method: 'POST', path: new RegExp(`^${lang}/pay$`), isForm: true, handle: signedIn(pay) },
      { method: 'GET', path: new RegExp(`^${lang}/renewals/(?<id>[0-9A-F]+)$`), handle: signedIn(showRenewal) },
      { method: 'POST', path: /^\/webhooks\/tellusonce$/, handle: ({ request, body }) => ({ status: webhooks.receive(request.headers, body) }) },
      { method: 'GET', path: /^\/assets\//, handle: ({ url }) => fetchAsset(url.pathname) },
      { method: 'GET', path: /^\/metrics$/, handle: () => ({ type: 'text/plain; version=0.0.4', body: journeyMetrics(records) }) },
      { method: 'GET', path: /^\/healthz$/, handle: () => ({ type: 'text/plain', body: 'ok' }) },
    ],
    notFound: (request) => ({ status: 404, body: notFoundPage(view({ lang: languageOf(request) })) }),
    failed: (request, error) => ({ status: error.status >= 400 && error.status < 500 ? 502 : 503, body: failedPage(view({ lang: languageOf(request) })) }),
  };
}

// Open performance metrics in Prometheus' format, counted from the records, so that a restart forgets nothing.
function journeyMetrics(records) {
  const renewals = [...records.renewal.values()];
  const counter = (name, help, value) => `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name}{journey="driver-licence-renewal"} ${value}\n`;
  return (
    counter('journeys_started_total', 'Renewals that a person began to pay for', renewals.length) +
    counter('journeys_completed_total', 'Renewals paid and confirmed by email', renewals.filter(({ state }) => state === 'told').length)
  );
}

const isPaid = (renewal) => renewal?.state === 'paid' || renewal?.state === 'told';
const languageOf = (request) => (request.url.startsWith('/fr') ? 'fr' : 'en');
