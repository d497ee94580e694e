#include "platform/pages/organization.h"

#include <catch2/catch.hpp>

using tamarack::pages::RecipientName;

TEST_CASE("Organizations stand in a French sentence with the article of their kind") {
  const std::pair<const char*, const char*> cases[] = {
      {"Ministère des Transports", "au ministère des Transports"},
      {"Ministère de la Santé", "au ministère de la Santé"},
      {"Commission des droits de la personne", "à la Commission des droits de la personne"},
      {"Office des affaires francophones", "à l’Office des affaires francophones"},
      {"Agence du revenu", "à l’Agence du revenu"},
      {"Services communs", "aux Services communs"},
      {"Ville de Sudbury", "à la Ville de Sudbury"},
      {"Le Bureau du coroner", "au Bureau du coroner"},
      {"La Régie des alcools", "à la Régie des alcools"},
      {"Les Archives publiques", "aux Archives publiques"},
      {"L’Ordre des métiers", "à l’Ordre des métiers"},
      {"ServiceOntario", "à ServiceOntario"},
      {"Ministères", "à Ministères"},
      {"", "à "},
  };
  for (const auto& [name, wanted] : cases) CHECK(RecipientName(name, "fr") == wanted);
}

TEST_CASE("Organizations of a known kind take the article in an English sentence") {
  const std::pair<const char*, const char*> cases[] = {
      {"Ministry of Transportation", "the Ministry of Transportation"},
      {"Human Rights Commission", "the Human Rights Commission"},
      {"Office of the Chief Coroner", "the Office of the Chief Coroner"},
      {"Health card registry", "the Health card registry"},
      {"The Archives", "the Archives"},
      {"ServiceOntario", "ServiceOntario"},
      {"Metrolinx", "Metrolinx"},
      {"", ""},
  };
  for (const auto& [name, wanted] : cases) CHECK(RecipientName(name, "en") == wanted);
}
