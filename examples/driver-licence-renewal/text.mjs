// Every word that people read, in both languages. `~` stands for a no-break space.
const source = {
  en: {
    service: 'Renew your driver’s licence', skip: 'Skip to main content',
    otherLanguage: 'Français', other: 'fr', signOut: 'Sign out',
    help: 'Get help', helpText: 'Call us Monday to Friday, 8:30~a.m. to 5~p.m.:', helpTty: 'TTY:', helpLink: 'Other ways to contact us', menu: 'Your sign-in',
    startLead: (fee) => `Renew for five years. You need a card to pay ${fee}.`,
    youNeed: 'What you need', need1: 'your account, or an email address to create one', need2: 'a credit or debit card',
    moved: 'If you moved, you can give your new address on the way: once, for us and the other organizations that you choose.',
    start: 'Sign in and start', consentDeclined: 'You chose not to share your information. We need it to find your licence.',
    licence: 'Your licence', number: 'Licence number', name: 'Name', address: 'Address', expires: 'Valid until', noAddress: 'None on record',
    formStale: 'Nothing was done', formStaleText: 'That page was too old, or came from an earlier sign-in. Here is where you are now: begin again if you still want to.',
    change: 'Change your address', changeNote: 'On the way, choose “Ministry of Transportation, driver’s licences”. Only the organizations that you choose get your new address.',
    signedOut: 'You are signed out of this service', signedOutText: 'You may still be signed in to your account. On a device that others use, sign out there too:', yourAccount: 'your account',
    signInFailed: 'You are not signed in', signInFailedText: 'The sign-in took too long, or was begun in another window. Nothing is lost.', signInAgain: 'Sign in again',
    fee: 'Fee', toPay: 'Pay', paymentDescription: 'Driver’s licence renewal',
    doneTitle: 'Your licence is renewed', reference: 'Reference number', paidTitle: 'We have received your payment', paid: 'Paid', paidOn: 'Paid on',
    mailSent: (email) => `We sent a confirmation to ${email}.`, mailComing: (email) => `A confirmation is on its way to ${email}.`,
    mailFailed: (email) => `We could not send a confirmation to ${email}. Print this page, or note the reference number.`,
    nextTitle: 'What happens next', nextCard: 'Your new card arrives by mail within six weeks, at:', nextNoAddress: 'We have no address to mail your new card to. Go back to your licence and give us one.',
    nextUntil: 'Until it arrives, keep your present card.',
    notCharged: 'You have not been charged, and your licence is not renewed yet.',
    declined: 'Your card was declined', declinedText: 'You can try again with the same card or another one.',
    cancelled: 'You cancelled the payment', cancelledText: 'You can still renew your licence: start the payment again whenever you are ready.',
    expired: 'The time to pay ran out', expiredText: 'You can start the payment again.',
    withdrawn: 'The payment was cancelled', withdrawnText: 'You can start the payment again.',
    failedPayment: 'Your payment did not go through', failedPaymentText: 'You can start the payment again.',
    tryAgain: 'Try again', payAgain: 'Start the payment again',
    waitingTitle: 'Your payment is being processed', waitingText: 'Your card was accepted, and we are waiting for the last confirmation. This takes a moment. Do not pay again.', checkAgain: 'Check again',
    pendingTitle: 'Your payment is not finished', pendingText: 'You have not paid yet. Continue to finish the payment.',
    continuePayment: 'Continue to payment', back: 'Back to your licence', notFound: 'Page not found', notFoundText: 'If you typed the address, check that it is correct. If you pasted it, check that you copied all of it.',
    refused: 'This could not be done', refusedText: 'The request did not come from a page of this service. Go to the home page and begin from there.',
    failed: 'Sorry, something is not working', failedText: 'Nothing is lost. Wait a moment, then load this page again.', home: 'Home page',
    account: 'See what was shared with whom', receipt: 'See the confirmation',
  },
  fr: {
    service: 'Renouveler votre permis de conduire', skip: 'Passer au contenu principal',
    otherLanguage: 'English', other: 'en', signOut: 'Se déconnecter',
    help: 'Obtenir de l’aide', helpText: 'Téléphonez-nous du lundi au vendredi, de 8~h~30 à 17~h~:', helpTty: 'ATS~:', helpLink: 'Autres façons de communiquer avec nous', menu: 'Votre connexion',
    startLead: (fee) => `Renouvelez pour cinq ans. Vous avez besoin d’une carte pour payer ${fee}.`,
    youNeed: 'Ce dont vous avez besoin', need1: 'votre compte, ou une adresse courriel pour en créer un', need2: 'une carte de crédit ou de débit',
    moved: 'Si vous avez déménagé, vous pouvez donner votre nouvelle adresse en chemin~: une seule fois, pour nous et les autres organismes que vous choisirez.',
    start: 'Se connecter et commencer', consentDeclined: 'Vous avez choisi de ne pas transmettre vos renseignements. Nous en avons besoin pour trouver votre permis.',
    licence: 'Votre permis', number: 'Numéro de permis', name: 'Nom', address: 'Adresse', expires: 'Valide jusqu’au', noAddress: 'Aucune au dossier',
    formStale: 'Rien n’a été fait', formStaleText: 'Cette page était trop ancienne ou datait d’une connexion antérieure. Voici où vous en êtes~: recommencez si vous le souhaitez encore.',
    change: 'Modifier votre adresse', changeNote: 'En chemin, choisissez «~Ministère des Transports, permis de conduire~». Seuls les organismes que vous choisissez reçoivent votre nouvelle adresse.',
    signedOut: 'Déconnexion de ce service réussie', signedOutText: 'Votre compte est peut-être encore ouvert. Sur un appareil que d’autres utilisent, déconnectez-vous là aussi~:', yourAccount: 'votre compte',
    signInFailed: 'La connexion n’a pas abouti', signInFailedText: 'La connexion a pris trop de temps ou a commencé dans une autre fenêtre. Rien n’est perdu.', signInAgain: 'Se connecter de nouveau',
    fee: 'Droits', toPay: 'Payer', paymentDescription: 'Renouvellement du permis de conduire',
    doneTitle: 'Votre permis est renouvelé', reference: 'Numéro de référence', paidTitle: 'Nous avons reçu votre paiement', paid: 'Montant payé', paidOn: 'Payé le',
    mailSent: (email) => `Nous avons envoyé une confirmation à ${email}.`, mailComing: (email) => `Une confirmation sera envoyée à ${email}.`,
    mailFailed: (email) => `Nous n’avons pas pu envoyer de confirmation à ${email}. Imprimez cette page ou notez le numéro de référence.`,
    nextTitle: 'Ce qui se passe ensuite', nextCard: 'Votre nouvelle carte arrivera par la poste d’ici six semaines, à l’adresse suivante~:', nextNoAddress: 'Nous n’avons aucune adresse où vous envoyer votre nouvelle carte. Retournez à votre permis pour nous en donner une.',
    nextUntil: 'D’ici là, gardez votre carte actuelle.',
    notCharged: 'Rien n’a été débité et votre permis n’est pas encore renouvelé.',
    declined: 'Votre carte a été refusée', declinedText: 'Vous pouvez réessayer avec la même carte ou avec une autre.',
    cancelled: 'Vous avez annulé le paiement', cancelledText: 'Vous pouvez encore renouveler votre permis~: recommencez le paiement quand vous le voudrez.',
    expired: 'Le délai de paiement est écoulé', expiredText: 'Vous pouvez recommencer le paiement.',
    withdrawn: 'Le paiement a été annulé', withdrawnText: 'Vous pouvez recommencer le paiement.',
    failedPayment: 'Votre paiement n’a pas abouti', failedPaymentText: 'Vous pouvez recommencer le paiement.',
    tryAgain: 'Réessayer', payAgain: 'Recommencer le paiement',
    waitingTitle: 'Votre paiement est en cours de traitement', waitingText: 'Votre carte a été acceptée et nous attendons la dernière confirmation. Cela prend un instant. Ne payez pas de nouveau.', checkAgain: 'Vérifier de nouveau',
    pendingTitle: 'Votre paiement n’est pas terminé', pendingText: 'Vous n’avez pas encore payé. Continuez pour terminer le paiement.',
    continuePayment: 'Continuer vers le paiement', back: 'Retour à votre permis', notFound: 'Page introuvable', notFoundText: 'Si vous avez tapé l’adresse, vérifiez qu’elle est exacte. Si vous l’avez collée, vérifiez que vous l’avez copiée en entier.',
    refused: 'Cette action n’a pas pu être effectuée', refusedText: 'La demande ne venait pas d’une page de ce service. Retournez à la page d’accueil et recommencez à partir de là.',
    failed: 'Désolé, quelque chose ne fonctionne pas', failedText: 'Rien n’est perdu. Attendez un moment, puis chargez cette page de nouveau.', home: 'Page d’accueil',
    account: 'Voir ce qui a été transmis, et à qui', receipt: 'Voir la confirmation',
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
