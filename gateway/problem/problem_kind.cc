#include "gateway/problem/problem_kind.h"

#include <iterator>

namespace tamarack::gateway {
namespace {

// In the order of ProblemKind.
constexpr ProblemText kTexts[] = {
    {400, "invalid-request", "invalid_field", "invalid_request", "Invalid request",
     "Requête invalide", "The request is not what this operation accepts.",
     "La requête n’est pas ce que cette opération accepte."},
    {401, "unauthenticated", "unauthenticated", "invalid_client", "Authentication required",
     "Authentification requise", "Send a valid credential in the Authorization header.",
     "Envoyez un justificatif valide dans l’en-tête Authorization."},
    {403, "permission-denied", "permission_denied", "access_denied", "Permission denied",
     "Permission refusée", "The credential does not allow this operation.",
     "Le justificatif ne permet pas cette opération."},
    {403, "cross-site-request", "permission_denied", "access_denied", "Form no longer valid",
     "Formulaire qui n’est plus valide",
     "The form was not sent from this site, or is too old. Go back, reload the page and send it "
     "again.",
     "Le formulaire n’a pas été envoyé à partir de ce site, ou il est trop ancien. Revenez en "
     "arrière, rechargez la page et "
     "envoyez-le de nouveau."},
    {403, "https-required", "permission_denied", "access_denied", "HTTPS required", "HTTPS requis",
     "This address is served over HTTPS only. Whatever was sent has been read by others on the "
     "way: "
     "replace the credential.",
     "Cette adresse n’est servie que par HTTPS. Ce qui a été envoyé a pu être lu en route : "
     "remplacez le justificatif."},
    {404, "not-found", "not_found", "invalid_request", "Not found", "Introuvable",
     "There is nothing at this address.", "Il n’y a rien à cette adresse."},
    {405, "method-not-allowed", "method_not_allowed", "invalid_request", "Method not allowed",
     "Méthode non permise", "The address exists, but not for this method; see the Allow header.",
     "L’adresse existe, mais pas pour cette méthode; voir l’en-tête Allow."},
    {406, "not-acceptable", "invalid_field", "invalid_request", "Not acceptable", "Non acceptable",
     "The answer exists in none of the media types that the Accept header allows.",
     "La réponse n’existe dans aucun des types de média que permet l’en-tête Accept."},
    {408, "request-timeout", "invalid_field", "invalid_request", "Request timed out",
     "Requête trop lente", "The request did not arrive in time.",
     "La requête n’est pas arrivée à temps."},
    {409, "conflict", "conflict", "invalid_request", "Conflict", "Conflit",
     "The request conflicts with the current state.",
     "La requête est en conflit avec l’état actuel."},
    {410, "gone", "not_found", "invalid_request", "Gone", "Disparu",
     "This operation has been withdrawn. Where there is a successor, the Link header names it.",
     "Cette opération a été retirée. S’il y a un successeur, l’en-tête Link le nomme."},
    {412, "precondition-failed", "precondition_failed", "invalid_request", "Precondition failed",
     "Condition préalable non remplie",
     "A condition of the request (If-Match, If-None-Match) does not hold, or is one that this "
     "operation does not check.",
     "Une condition de la requête (If-Match, If-None-Match) n’est pas remplie, ou n’est pas "
     "vérifiée "
     "par cette opération."},
    {413, "too-large", "invalid_field", "invalid_request", "Request too large",
     "Requête trop volumineuse", "The body is larger than this operation accepts.",
     "Le corps dépasse ce que cette opération accepte."},
    {414, "address-too-long", "invalid_field", "invalid_request", "Address too long",
     "Adresse trop longue", "The address of the request is too long.",
     "L’adresse de la requête est trop longue."},
    {415, "unsupported-media-type", "invalid_json", "invalid_request", "Unsupported media type",
     "Type de média non pris en charge",
     "Send the body as application/json or application/x-www-form-urlencoded, in UTF-8.",
     "Envoyez le corps en application/json ou en application/x-www-form-urlencoded, et en UTF-8."},
    {417, "expectation-failed", "invalid_field", "invalid_request", "Expectation failed",
     "Attente non satisfaite", "The only expectation that can be met is 100-continue.",
     "La seule attente qui peut être satisfaite est 100-continue."},
    {422, "unprocessable", "invalid_field", "invalid_request", "Cannot be processed",
     "Impossible à traiter", "The request is well-formed, but cannot be carried out as it is.",
     "La requête est bien formée, mais ne peut pas être exécutée telle quelle."},
    {431, "headers-too-large", "invalid_field", "invalid_request", "Header fields too large",
     "En-têtes trop volumineux", "The header fields of the request are too large.",
     "Les en-têtes de la requête sont trop volumineux."},
    {429, "rate-limited", "rate_limited", "temporarily_unavailable", "Too many requests",
     "Trop de requêtes", "Wait a while and try again.", "Attendez un peu et réessayez."},
    {429, "quota-exceeded", "rate_limited", "temporarily_unavailable", "Quota exceeded",
     "Quota épuisé",
     "More requests came than the caller’s quota allows. Wait as long as the Retry-After header "
     "says, then try again.",
     "Il y a eu plus de requêtes que le quota de l’appelant ne le permet. Attendez le temps "
     "qu’indique l’en-tête Retry-After, puis réessayez."},
    {499, "cancelled", "unavailable", "server_error", "Cancelled", "Annulée",
     "The operation was cancelled before it ended. Whether it took place is unknown.",
     "L’opération a été annulée avant sa fin. On ne sait pas si elle a eu lieu."},
    {500, "internal", "internal", "server_error", "Internal error", "Erreur interne",
     "Something went wrong on our side. If the request was to change something, check whether it "
     "did before you repeat it.",
     "Une erreur est survenue de notre côté. Si la requête devait changer quelque chose, vérifiez "
     "si elle l’a fait avant de la répéter."},
    {501, "not-implemented", "internal", "server_error", "Not implemented", "Non mis en œuvre",
     "This operation is not available.", "Cette opération n’est pas offerte."},
    {503, "unavailable", "unavailable", "temporarily_unavailable", "Service unavailable",
     "Service non disponible", "The service cannot answer now. Try again in a moment.",
     "Le service ne peut pas répondre maintenant. Réessayez dans un moment."},
    {503, "outcome-unknown", "unavailable", "server_error", "Outcome unknown", "Issue inconnue",
     "The service did not answer. Whether the operation took place is unknown: check before you "
     "repeat it.",
     "Le service n’a pas répondu. On ne sait pas si l’opération a eu lieu\u00a0: vérifiez avant de "
     "la "
     "répéter."},
    {503, "temporary-reduced-capacity", "unavailable", "temporarily_unavailable",
     "Temporarily reduced capacity", "Capacité temporairement réduite",
     "The service is overloaded and more urgent requests go first. Try again in a moment.",
     "Le service est surchargé et les requêtes plus urgentes passent d’abord. Réessayez dans un "
     "moment."},
    {504, "deadline-exceeded", "unavailable", "server_error", "No answer in time",
     "Pas de réponse à temps",
     "The service did not answer in time. Whether the operation took place is unknown.",
     "Le service n’a pas répondu à temps. On ne sait pas si l’opération a eu lieu."},
    {400, "request-refused", "invalid_field", "invalid_request", "Request refused",
     "Requête refusée", "The request was refused.", "La requête a été refusée."},
};
static_assert(std::size(kTexts) == static_cast<size_t>(ProblemKind::kOther) + 1);

}  // namespace

const ProblemText& TextOf(ProblemKind kind) {
  return kTexts[static_cast<size_t>(kind)];
}

bool MayHaveHappened(ProblemKind kind) {
  return kind == ProblemKind::kCancelled || kind == ProblemKind::kInternal ||
         kind == ProblemKind::kOutcomeUnknown || kind == ProblemKind::kDeadlineExceeded;
}

ProblemKind KindOfHttpStatus(int status) {
  for (size_t i = 0; i < std::size(kTexts); ++i) {
    if (kTexts[i].status == status) return static_cast<ProblemKind>(i);
  }
  return status >= 500 ? ProblemKind::kInternal : ProblemKind::kOther;
}

std::span<const ProblemText> ProblemTexts() {
  return kTexts;
}

}  // namespace tamarack::gateway
