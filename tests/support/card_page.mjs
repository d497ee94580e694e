// A person at the hosted page of a payment.
import { Browser } from '../../deploy/local/person/browser.mjs';

// Opens the payment's page: {browser, form}.
export async function openCardPage(payment) {
  const browser = new Browser('en');
  return { browser, form: await browser.open(payment._links.next_url.href) };
}

// Fills the form, upon which the card is authorised; the page after it.
export const enterCard = ({ browser, form }, cardNumber) => browser.submit(form, '#card-details', {
  card_no: cardNumber, expiry_month: '11', expiry_year: String(new Date().getFullYear() + 3).slice(2), cardholder_name: 'Zoé Exemple', cvc: '737',
  address_country: 'CA', address_line_1: '12 Elm Street', address_city: 'Sudbury', address_province: 'ON', address_postcode: 'P3C 1S8', email: 'zoe@example.ca',
});

// Confirms too; the page that ends it.
export async function pay(payment, cardNumber) {
  const opened = await openCardPage(payment);
  const next = await enterCard(opened, cardNumber);
  return next.document.querySelector('#confirmation') ? opened.browser.submit(next, '#confirmation') : next;
}
