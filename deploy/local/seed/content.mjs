// What a fresh sandbox holds: two ministries with a service each and their message templates, a third with a service of its
// own plugged in, and people with accounts.

const english = `# Your driver’s licence is renewed

Hello ((name)),

* Licence number: ((licence))
* Valid until: ((expires_en))
* Paid: ((amount_en))
* Reference number: ((reference))

Your new card arrives by mail within six weeks.`;

const french = `# Votre permis de conduire est renouvelé

Bonjour ((name)),

* Numéro de permis : ((licence))
* Valide jusqu’au : ((expires_fr))
* Payé : ((amount_fr))
* Numéro de référence : ((reference))

Votre nouvelle carte arrivera par la poste d’ici six semaines.`;

// One message in both languages; the language that the person chose comes first.
const licenceTemplates = {
  'licence-renewed-en': {
    language: 'en',
    subject: 'Your driver’s licence is renewed | Votre permis de conduire est renouvelé',
    body: `Le français suit.\n\n${english}\n\n---\n\n${french}`,
  },
  'licence-renewed-fr': {
    language: 'fr',
    subject: 'Votre permis de conduire est renouvelé | Your driver’s licence is renewed',
    body: `English follows.\n\n${french}\n\n---\n\n${english}`,
  },
};

export const ministries = [
  {
    key: 'transportation',
    name: { en: 'Ministry of Transportation', fr: 'Ministère des Transports' },
    service: { en: 'Driver’s licence renewal', fr: 'Renouvellement du permis de conduire' },
    purpose: {
      en: 'To find your driver’s licence, to send it to your address, and to confirm your renewal by email.',
      fr: 'Pour trouver votre permis de conduire, vous l’envoyer à votre adresse et confirmer le renouvellement par courriel.',
    },
    scopes: ['openid', 'profile', 'email', 'address', 'tellusonce.subscriber'],
    templates: licenceTemplates,
    part: 'example',
    told: {
      name: { en: 'Ministry of Transportation, driver’s licences', fr: 'Ministère des Transports, permis de conduire' },
      purpose: { en: 'To keep the address on your licence up to date.', fr: 'Pour tenir à jour l’adresse de votre permis.' },
    },
  },
  {
    key: 'health',
    name: { en: 'Ministry of Health', fr: 'Ministère de la Santé' },
    service: { en: 'Health card registry', fr: 'Registre des cartes Santé' },
    purpose: { en: 'To find your health card.', fr: 'Pour trouver votre carte Santé.' },
    scopes: ['tellusonce.subscriber'],
    templates: {},
    part: 'healthcard',
    told: {
      name: { en: 'Ministry of Health, health cards', fr: 'Ministère de la Santé, cartes Santé' },
      purpose: { en: 'To send your health card to the right address.', fr: 'Pour envoyer votre carte Santé à la bonne adresse.' },
    },
  },
];

// Whose plug-in the fishing licence is.
export const fishingMinistry = { name_en: 'Ministry of Natural Resources', name_fr: 'Ministère des Richesses naturelles' };

export const people = [
  {
    email: 'zoe.exemple@example.ca', password: 'maple-canoe-lantern', given_name: 'Zoé', family_name: 'Exemple', language: 'en',
    address: { line_1: '12 Elm Street', line_2: '', city: 'Sudbury', province: 'ON', postal_code: 'P3C 1S8' },
  },
  {
    email: 'etienne.modele@example.ca', password: 'bouleau-riviere-phare', given_name: 'Étienne', family_name: 'Modèle', language: 'fr',
    address: { line_1: '45, rue Principale', line_2: 'app. 3', city: 'Hearst', province: 'ON', postal_code: 'P0L 1N0' },
  },
];
