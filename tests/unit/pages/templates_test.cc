// Holds every template of the tree against its catalogues, and writes a sample of each page for the
// browser checks (tests/browser/samples.mjs):
// build/<preset>/page_samples/<language>/<service>-<sample>.html.
#include "platform/pages/page_bundle.h"
#include "platform/pages/pages.h"
#include "platform/pages/template_source.h"

#include <re2/re2.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <list>
#include <set>
#include <sstream>
#include <utility>

using namespace tamarack::pages;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const fs::path kSource = TAMARACK_SOURCE_DIR;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string CompileCatalogue(const fs::path& po) {
  const std::string command = "msgfmt -o - '" + po.string() + "'";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string mo;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) mo.append(buffer, n);
  REQUIRE(pclose(pipe) == 0);
  return mo;
}

// The pages of one service as they lie in the source tree; `texts` keeps what the bundle points to.
Bundle FromSource(const std::string& service, std::list<std::string>& texts) {
  const fs::path folder = kSource / "services" / service;
  Bundle bundle;
  for (const auto& entry : fs::directory_iterator(folder / "pages")) {
    if (entry.path().extension() != ".tpl") continue;
    const std::string& name = texts.emplace_back(entry.path().filename().string());
    bundle.templates.emplace_back(name, texts.emplace_back(ReadFile(entry.path())));
  }
  bundle.en = texts.emplace_back(CompileCatalogue(folder / "locale" / "en.po"));
  bundle.fr = texts.emplace_back(CompileCatalogue(folder / "locale" / "fr.po"));
  return bundle;
}

std::vector<std::string> Services() {
  std::vector<std::string> services;
  for (const auto& entry : fs::directory_iterator(kSource / "services")) {
    if (fs::exists(entry.path() / "pages")) services.push_back(entry.path().filename().string());
  }
  return services;
}

// {"NAME": "value", "SECTION": true, "ROWS": [{…}, …]}
void FillScope(Scope& scope, const json::object& sample) {
  for (const auto& [name, value] : sample) {
    if (name == "signed_in" || name == "errors" || name == "template" || name == "form") continue;
    if (value.is_string()) {
      scope.Set(std::string_view(name), std::string_view(value.get_string()));
    } else if (value.is_array()) {
      for (const json::value& row : value.get_array())
        FillScope(scope.Add(std::string_view(name)), row.as_object());
    } else {
      scope.Show(std::string_view(name));
    }
  }
}

// The sample with what people or ministries typed as long as it may be, without a place to break
// it.
json::value WithLongTexts(json::value sample) {
  static const std::set<std::string_view> kTyped = {
      "ADDRESS_TEXT", "CARDHOLDER_NAME", "CITY",     "CLAIMS", "CLIENT_NAME", "DESCRIPTION",
      "EMAIL",        "LINE_1",          "MINISTRY", "NAME",   "PURPOSE",     "RECIPIENT",
      "REFERENCE",    "SERVICE",         "VALUE",    "WHAT",   "WHO",         "WHY"};
  if (auto* rows = sample.if_array()) {
    for (json::value& row : *rows) row = WithLongTexts(row);
  } else if (auto* scope = sample.if_object()) {
    for (auto& [name, value] : *scope) {
      value = value.is_string() && kTyped.contains(std::string_view(name))
                  ? json::value(std::string(value.get_string()) + std::string(255, 'W'))
                  : WithLongTexts(value);
    }
  }
  return sample;
}

Page FromSample(const std::string& name, std::string_view language, const json::object& sample) {
  const json::value* of = sample.if_contains("template");
  Page page(of != nullptr ? std::string_view(of->as_string()) : std::string_view(name), language,
            "example-token");
  FillScope(page, sample);
  if (sample.contains("signed_in")) page.SignedIn();
  if (const json::value* form = sample.if_contains("form"))
    page.Form(std::string_view(form->as_string()), "/form");
  if (const json::value* errors = sample.if_contains("errors")) {
    for (const auto& [field, key] : errors->as_object()) {
      page.Error(std::string_view(field), std::string_view(key.as_string()));
    }
  }
  AddProvinces(page, "PROVINCES", "ON");
  return page;
}

}  // namespace

TEST_CASE("Every template passes the lint") {
  std::vector<fs::path> folders{kSource / "platform/pages/templates"};
  for (const std::string& service : Services())
    folders.push_back(kSource / "services" / service / "pages");
  int count = 0;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".tpl") continue;
      const absl::Status linted = LintTemplate(entry.path().string(), ReadFile(entry.path()));
      INFO(linted.ToString());
      CHECK(linted.ok());
      ++count;
    }
  }
  CHECK(count > 20);
}

TEST_CASE("No field cuts silently what is pasted into it") {
  for (const char* service : {"identity", "tellusonce"}) {
    for (const auto& entry : fs::directory_iterator(kSource / "services" / service / "pages")) {
      INFO(entry.path().string());
      CHECK(ReadFile(entry.path()).find("maxlength") == std::string::npos);
    }
  }
}

TEST_CASE(
    "Every service's pages have all their texts in both languages, and samples render whole") {
  const json::object samples =
      json::parse(ReadFile(kSource / "tests/unit/pages/samples.json")).as_object();
  const fs::path out = fs::path(TAMARACK_BINARY_DIR) / "page_samples";
  Brand brand = DefaultBrand();
  brand.help_page = {"https://example.ca/en", "https://example.ca/fr"};
  brand.footer_links = {
      {{"Privacy", "Confidentialité"}, {"https://example.ca/en", "https://example.ca/fr"}},
      {{"Contact us", "Contactez-nous"}, {"https://example.ca/en", "https://example.ca/fr"}}};
  for (const std::string& service : Services()) {
    INFO(service);
    std::list<std::string> texts;
    const Renderer renderer(FromSource(service, texts), brand, {.nav = {{"HOME", "/account"}}});
    if (!samples.contains(service)) continue;
    for (const auto& [key, sample] : samples.at(service).as_object()) {
      const std::string name(key);
      INFO(name);
      const json::value as_long = WithLongTexts(sample);
      for (const std::string language : {"en", "fr"}) {
        for (const auto& [variant, value] :
             {std::pair("", &sample), std::pair("-long", &as_long)}) {
          if (variant[0] != '\0' && *value == sample) continue;
          Page page = FromSample(name, language, value->as_object());
          page.Path("/" + service + "-" + name + ".html");
          const std::string html = renderer.Render(page).data();
          CHECK_THAT(html, Catch::EndsWith("</html>\n") || Catch::EndsWith("</html>"));
          CHECK_THAT(html, !Catch::Contains("{"));
          fs::create_directories(out / language);
          std::ofstream(out / language / (service + "-" + name + variant + ".html")) << html;
        }
      }
    }
  }
}

TEST_CASE("Texts that handlers name by key exist in both languages") {
  const RE2 use(
      R"re((?:SetText\("[A-Z0-9_]+",\s*|Error\("[a-z0-9_]+",\s*|MessagePage\([^"]*)"([A-Z0-9_]+)"\s*[,)])re");
  for (const std::string& service : Services()) {
    std::list<std::string> texts;
    const Catalogue catalogue(FromSource(service, texts));
    for (const auto& entry : fs::recursive_directory_iterator(kSource / "services" / service)) {
      if (entry.path().extension() != ".cc") continue;
      const std::string code = ReadFile(entry.path());
      re2::StringPiece rest(code);
      for (std::string key; RE2::FindAndConsume(&rest, use, &key);) {
        INFO(entry.path().string() << " " << key);
        CHECK((catalogue.Has("en", key) && catalogue.Has("fr", key)));
      }
    }
  }
}
