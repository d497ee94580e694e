#include "platform/pages/collation.h"
#include "platform/pages/page_bundle.h"
#include "platform/pages/pages.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace tamarack::pages;

namespace {

using Names = std::vector<std::string>;

Names Sorted(std::string_view language, Names names) {
  std::sort(names.begin(), names.end(), [&](const std::string& name, const std::string& other) {
    return SortsBefore(language, name, other);
  });
  return names;
}

// What stands between <p>s of a page with a list of provinces.
std::string Provinces(std::string_view language) {
  constexpr std::string_view kPage =
      "{{%AUTOESCAPE context=\"HTML\"}}{{#PROVINCES}}{{VALUE}}{{#SELECTED}}!{{/SELECTED}} "
      "{{/PROVINCES}}";
  const Renderer renderer({"test", {{"error.tpl", kPage}}, PageBundle().en, PageBundle().fr},
                          DefaultBrand());
  Page page("error", language);
  AddProvinces(page, "PROVINCES", "PE");
  return renderer.Render(page).data();
}

}  // namespace

TEST_CASE("Names stand in the order of the language, accents and case only breaking ties") {
  struct {
    const char* language;
    Names sorted;
  } const cases[] = {
      {"fr", {"Égypte", "Espagne", "États-Unis", "France", "Île Maurice", "Zambie"}},
      {"en", {"Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Curaçao", "Cyprus"}},
      // In Canadian French the last accent decides first.
      {"fr", {"cote", "côte", "coté", "côté"}},
      {"en", {"cote", "coté", "côte", "côté"}},
      {"fr", {"nouveau", "Nouveau-Brunswick", "Nouvelle-Écosse", "Nunavut"}},
      {"en", {"", "a", "B", "c"}},
  };
  for (const auto& [language, sorted] : cases) {
    Names names(sorted.rbegin(), sorted.rend());
    CHECK(Sorted(language, names) == sorted);
  }
}

TEST_CASE("Provinces are listed in the page's alphabetical order") {
  CHECK(Provinces("en") == "AB BC MB NB NL NT NS NU ON PE! QC SK YT ");
  CHECK(Provinces("fr") == "AB BC PE! MB NB NS NU ON QC SK NL NT YT ");
}
