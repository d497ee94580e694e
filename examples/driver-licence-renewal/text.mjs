// Every word that people read, in both languages. `~` stands for a no-break space.
const source = {
  en: {
    government: 'Government services', service: 'Renew your driver’s licence', skip: 'Skip to main content',
    otherLanguage: 'Français', other: 'fr', signOut: 'Sign out', operator: '© Name of the operating organization, 2026',
    help: 'Get help', helpText: 'Call us Monday to Friday, 8:30~a.m. to 5~p.m.: 1-800-555-0100',
    startLead: 'Renew for five years. You need a card to pay $90.00.',
    youNeed: 'What you need', need1: 'your Tamarack account, or an email address to create one', need2: 'a credit or debit card',
    moved: 'If you moved, you can tell us your new address on the way: once, for every ministry that needs it.',
    start: 'Sign in and start', consentDeclined: 'You chose not to share your details. We need them to find your licence.',
    licence: 'Your licence', number: 'Licence number', name: 'Name', address: 'Address', expires: 'Valid until', noAddress: 'None on record',
    change: 'Change your address', changeNote: 'Your new address reaches us and the other ministries that you choose.',
    fee: 'Fee', toPay: 'Pay', paymentDescription: 'Driver’s licence renewal',
    doneTitle: 'Your licence is renewed', reference: 'Reference number',
    mailSent: (email) => `We sent a confirmation to ${email}`, mailComing: (email) => `A confirmation is on its way to ${email}`,
    declinedTitle: 'Your payment did not go through', declinedText: 'You have not been charged, and your licence is not renewed yet. You can try again with the same card or another one.',
    tryAgain: 'Try again', pendingTitle: 'Your payment is not finished', pendingText: 'You have not paid yet. Continue to finish the payment.',
    continuePayment: 'Continue to payment', back: 'Back to your licence', notFound: 'Page not found', notFoundText: 'There is nothing at this address.',
    failed: 'Sorry, something is not working', failedText: 'Nothing is lost. Please wait a moment, then load this page again.', home: 'Start page',
    account: 'See what was shared with whom', receipt: 'See the details',
  },
  fr: {
    government: 'Services gouvernementaux', service: 'Renouveler votre permis de conduire', skip: 'Passer au contenu principal',
    otherLanguage: 'English', other: 'en', signOut: 'Se déconnecter', operator: '© Nom de l’organisme responsable, 2026',
    help: 'Obtenir de l’aide', helpText: 'Téléphonez-nous du lundi au vendredi, de 8~h~30 à 17~h~: 1-800-555-0100',
    startLead: 'Renouvelez pour cinq ans. Vous avez besoin d’une carte pour payer 90,00~$.',
    youNeed: 'Ce dont vous avez besoin', need1: 'votre compte Tamarack, ou une adresse courriel pour en créer un', need2: 'une carte de crédit ou de débit',
    moved: 'Si vous avez déménagé, vous pouvez nous donner votre nouvelle adresse en chemin~: une seule fois, pour tous les ministères qui en ont besoin.',
    start: 'Ouvrir une session et commencer', consentDeclined: 'Vous avez choisi de ne pas communiquer vos renseignements. Nous en avons besoin pour trouver votre permis.',
    licence: 'Votre permis', number: 'Numéro de permis', name: 'Nom', address: 'Adresse', expires: 'Valide jusqu’au', noAddress: 'Aucune au dossier',
    change: 'Changer d’adresse', changeNote: 'Votre nouvelle adresse nous parvient, ainsi qu’aux autres ministères que vous choisissez.',
    fee: 'Droits', toPay: 'Payer', paymentDescription: 'Renouvellement du permis de conduire',
    doneTitle: 'Votre permis est renouvelé', reference: 'Numéro de référence',
    mailSent: (email) => `Nous avons envoyé une confirmation à ${email}`, mailComing: (email) => `Une confirmation sera envoyée à ${email}`,
    declinedTitle: 'Votre paiement n’a pas été accepté', declinedText: 'Rien n’a été débité et votre permis n’est pas encore renouvelé. Vous pouvez réessayer avec la même carte ou avec une autre.',
    tryAgain: 'Réessayer', pendingTitle: 'Votre paiement n’est pas terminé', pendingText: 'Vous n’avez pas encore payé. Continuez pour terminer le paiement.',
    continuePayment: 'Continuer vers le paiement', back: 'Retour à votre permis', notFound: 'Page introuvable', notFoundText: 'Il n’y a rien à cette adresse.',
    failed: 'Désolé, quelque chose ne fonctionne pas', failedText: 'Rien n’est perdu. Attendez un moment, puis chargez cette page de nouveau.', home: 'Page d’accueil',
    account: 'Voir ce qui a été communiqué, et à qui', receipt: 'Voir les détails',
  },
};

const noBreak = (value) => (typeof value === 'string' ? value.replaceAll('~', '\u00a0') : value);
export const text = Object.fromEntries(
  Object.entries(source).map(([lang, words]) => [lang, Object.fromEntries(Object.entries(words).map(([key, value]) => [key, noBreak(value)]))]),
);

export function money(cents, lang) {
  const [whole, part] = (cents / 100).toFixed(2).split('.');
  return lang === 'fr' ? `${whole},${part}\u00a0$` : `$${whole}.${part}`;
}

const months = {
  en: 'January February March April May June July August September October November December'.split(' '),
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
};

// `2031-12-31` as people write it.
export function date(iso, lang) {
  const [year, month, day] = iso.split('-').map(Number);
  const name = months[lang][month - 1];
  return lang === 'fr' ? `${day === 1 ? '1er' : day}\u00a0${name}\u00a0${year}` : `${name}\u00a0${day}, ${year}`;
}
