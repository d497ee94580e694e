#include "gateway/request/messages.h"

#include "platform/http/list.h"
#include "platform/text/language.h"

#include <iterator>
#include <vector>

namespace tamarack::gateway {
namespace {

struct Text {
  std::string_view name;
  std::string_view english;
  std::string_view french;
};

// In the order of `Reason`.
constexpr Text kTexts[] = {
    {"malformed_json", "The body is not valid JSON at byte {}.",
     "Le corps n’est pas du JSON valide à l’octet {}."},
    {"too_deep", "Nested more than {} levels deep.", "Imbriqué sur plus de {} niveaux."},
    {"too_many_parameters", "More than {} parameters are given.",
     "Plus de {} paramètres sont donnés."},
    {"invalid_utf8", "The text is not valid UTF-8.", "Le texte n’est pas de l’UTF-8 valide."},
    {"invalid_escape", "A percent sign must be followed by two hexadecimal digits.",
     "Un signe de pourcentage doit être suivi de deux chiffres hexadécimaux."},
    {"nul_character", "The character U+0000 is not allowed.",
     "Le caractère U+0000 n’est pas permis."},
    {"duplicate_key", "This member is given more than once.",
     "Ce membre est donné plus d’une fois."},
    {"unknown_field", "There is no such field. Check its spelling.",
     "Ce champ n’existe pas. Vérifiez son orthographe."},
    {"unknown_parameter", "There is no such parameter. Check its spelling.",
     "Ce paramètre n’existe pas. Vérifiez son orthographe."},
    {"repeated_parameter", "This parameter may be given once only.",
     "Ce paramètre ne peut être donné qu’une fois."},
    {"not_mappable", "This field cannot be given as a parameter.",
     "Ce champ ne peut pas être donné en paramètre."},
    {"path_collision", "This field is given by the path; leave it out here.",
     "Ce champ est donné par le chemin; omettez-le ici."},
    {"oneof_conflict", "Only one member of `{}` may be given.",
     "Un seul membre de « {} » peut être donné."},
    {"null_not_allowed", "Must not be null.", "Ne doit pas être nul."},
    {"expected_string", "Must be a string.", "Doit être une chaîne."},
    {"expected_integer", "Must be a whole number.", "Doit être un nombre entier."},
    {"expected_number", "Must be a number.", "Doit être un nombre."},
    {"expected_boolean", "Must be true or false.", "Doit être true ou false."},
    {"expected_object", "Must be an object.", "Doit être un objet."},
    {"expected_array", "Must be an array.", "Doit être un tableau."},
    {"expected_timestamp", "Must be a date and time such as 2026-01-31T14:05:00Z.",
     "Doit être une date et une heure, par exemple 2026-01-31T14:05:00Z."},
    {"expected_duration", "Must be a number of seconds such as 1.5s.",
     "Doit être un nombre de secondes, par exemple 1.5s."},
    {"expected_field_mask", "Must be field names separated by commas.",
     "Doit être des noms de champs séparés par des virgules."},
    {"expected_base64", "Must be base64.", "Doit être en base64."},
    {"expected_enum", "Must be one of {}.", "Doit être l’un des suivants : {}."},
    {"out_of_range", "The number is outside the range of {}.",
     "Le nombre est hors de la plage de {}."},
    {"inexact_number",
     "The number has more digits than are kept here (about 16): send it as text, in quotes.",
     "Le nombre a plus de chiffres qu’il n’en est gardé ici (environ 16)\u00a0: envoyez-le comme "
     "du texte, entre guillemets."},
    {"unsupported_type", "Values of type {} are not accepted.",
     "Les valeurs de type {} ne sont pas acceptées."},
    {"body_not_allowed", "This operation takes no body.",
     "Cette opération n’accepte pas de corps."},
    {"dot_segment", "The path must not hold `.` or `..` segments.",
     "Le chemin ne doit pas contenir de segments « . » ou « .. »."},
    {"missing_header", "The header {} is required.", "L’en-tête {} est requis."},
    {"invalid_header", "The header {} is not valid.", "L’en-tête {} n’est pas valide."},
    {"content_coding", "Send the body as it is, without {}.",
     "Envoyez le corps tel quel, sans {}."},
    {"fetched_ahead", "Opening this address has an effect: it is not fetched ahead.",
     "Ouvrir cette adresse a un effet\u00a0: elle ne se charge pas à l’avance."},
    {"credential_in_url",
     "Send the credential in the Authorization header. Addresses are kept in logs and histories: "
     "revoke this one.",
     "Envoyez le justificatif dans l’en-tête Authorization. Les adresses sont gardées dans des "
     "journaux et des historiques : révoquez celui-ci."},
};
static_assert(std::size(kTexts) == static_cast<size_t>(Reason::kCredentialInUrl) + 1);

}  // namespace

Language NegotiateLanguage(std::string_view accept_language) {
  std::vector<text::LanguageRange> ranges;
  for (http::Weighted range; http::NextWeighted(accept_language, range);)
    ranges.push_back({range.value, range.weight});
  return text::PreferredLanguage(ranges) == "fr" ? Language::kFrench : Language::kEnglish;
}

std::string_view ReasonName(Reason reason) {
  return kTexts[static_cast<size_t>(reason)].name;
}

int ReasonCount() {
  return static_cast<int>(std::size(kTexts));
}

std::string Describe(const InputError& error, Language language) {
  const Text& text = kTexts[static_cast<size_t>(error.reason)];
  std::string sentence(language == Language::kFrench ? text.french : text.english);
  if (size_t hole = sentence.find("{}"); hole != std::string::npos)
    sentence.replace(hole, 2, error.argument);
  return sentence;
}

}  // namespace tamarack::gateway
