#include "platform/pages/organization.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace tamarack::pages {
namespace {

constexpr std::string_view kWithThe[] = {
    "agency",   "association", "authority",   "board",      "branch",      "bureau",       "centre",
    "city",     "college",     "commission",  "committee",  "corporation", "council",      "county",
    "court",    "department",  "fund",        "institute",  "ministry",    "municipality", "office",
    "region",   "registry",    "secretariat", "service",    "services",    "society",      "town",
    "township", "treasury",    "tribunal",    "university", "village"};

// What "à" and the article of a kind of organization become.
constexpr std::pair<std::string_view, std::string_view> kFrenchKinds[] = {
    {"Agence", "à l’"},      {"Archives", "aux "},    {"Association", "à l’"},
    {"Autorité", "à l’"},    {"Banque", "à la "},     {"Bureau", "au "},
    {"Caisse", "à la "},     {"Canton", "au "},       {"Centre", "au "},
    {"Chambre", "à la "},    {"Collège", "au "},      {"Comité", "au "},
    {"Commissariat", "au "}, {"Commission", "à la "}, {"Comté", "au "},
    {"Conseil", "au "},      {"Cour", "à la "},       {"Direction", "à la "},
    {"Fondation", "à la "},  {"Fonds", "au "},        {"Greffe", "au "},
    {"Institut", "à l’"},    {"Ministère", "au "},    {"Municipalité", "à la "},
    {"Office", "à l’"},      {"Ordre", "à l’"},       {"Organisme", "à l’"},
    {"Régie", "à la "},      {"Région", "à la "},     {"Registre", "au "},
    {"Secrétariat", "au "},  {"Service", "au "},      {"Services", "aux "},
    {"Société", "à la "},    {"Tribunal", "au "},     {"Université", "à l’"},
    {"Village", "au "},      {"Ville", "à la "}};

// Names that bring their article along.
constexpr std::pair<std::string_view, std::string_view> kFrenchArticles[] = {
    {"Le ", "au "}, {"La ", "à la "}, {"Les ", "aux "}, {"L’", "à l’"}, {"L'", "à l’"}};

std::string English(std::string_view name) {
  if (name.starts_with("The ")) return absl::StrCat("the ", ToAbsl(name.substr(4)));
  const auto takes_the = [](std::string_view word) {
    const std::string lower = absl::AsciiStrToLower(ToAbsl(word));
    return std::find(std::begin(kWithThe), std::end(kWithThe), lower) != std::end(kWithThe);
  };
  const bool has_kind =
      takes_the(name.substr(0, name.find(' '))) || takes_the(name.substr(name.rfind(' ') + 1));
  return absl::StrCat(has_kind ? "the " : "", ToAbsl(name));
}

std::string French(std::string_view name) {
  for (const auto& [article, to] : kFrenchArticles) {
    if (name.starts_with(article))
      return absl::StrCat(ToAbsl(to), ToAbsl(name.substr(article.size())));
  }
  const std::string_view first = name.substr(0, name.find(' '));
  for (const auto& [kind, to] : kFrenchKinds) {
    if (first != kind) continue;
    // A ministry alone is written small within a sentence.
    const bool is_ministry = kind == "Ministère";
    return absl::StrCat(ToAbsl(to), is_ministry ? "m" : "", ToAbsl(name.substr(is_ministry)));
  }
  return absl::StrCat("à ", ToAbsl(name));
}

}  // namespace

std::string RecipientName(std::string_view name, std::string_view language) {
  return language == "fr" ? French(name) : English(name);
}

}  // namespace tamarack::pages
