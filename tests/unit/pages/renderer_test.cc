#include "platform/pages/page_bundle.h"
#include "platform/pages/pages.h"
#include "platform/pages/template_source.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>

using namespace tamarack::pages;
using Catch::Contains;

namespace {

#define PRAGMA "{{%AUTOESCAPE context=\"HTML\"}}"

// A service whose only page is `text`, with the shared catalogue.
Bundle OnePage(std::string_view text) {
  return {"test", {{"error.tpl", text}}, PageBundle().en, PageBundle().fr};
}

std::string RenderOne(std::string_view text, std::string_view value) {
  const Renderer renderer(OnePage(text), DefaultBrand());
  Page page("error", "en");
  page.Set("V", value);
  return renderer.Render(page).data();
}

const Renderer& SharedRenderer() {
  static const Renderer renderer(PageBundle(), DefaultBrand(),
                                 {.home = "/account", .nav = {{"HOME", "/account"}}});
  return renderer;
}

}  // namespace

TEST_CASE("Hostile values are escaped in text, attributes and URLs") {
  const std::string hostile = "\"><script>alert('1')</script>&é\u00a0";
  const std::string text = RenderOne(PRAGMA "<p>{{V}}</p>", hostile);
  CHECK(text == "<p>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;é\u00a0</p>");
  CHECK_THAT(RenderOne(PRAGMA "<input value=\"{{V}}\">", hostile),
             !Contains("\">") || !Contains("<script"));
  CHECK(RenderOne(PRAGMA "<a href=\"{{V}}\">{{V}}</a>", "javascript:alert(1)") ==
        "<a href=\"#\">javascript:alert(1)</a>");
  CHECK(RenderOne(PRAGMA "<a href=\"/a?b={{V:u}}\"></a>", "x&y=z?/é") ==
        "<a href=\"/a?b=x%26y%3Dz%3F/%C3%A9\"></a>");
  CHECK(RenderOne(PRAGMA "<title>{{V}}</title>", "</title>") == "<title>&lt;/title&gt;</title>");
}

TEST_CASE("A page carries its language, the toggle to the same path and the CSRF token") {
  Page page = ErrorPage(404, "fr", "req-1");
  page.Path("/pay/abc?x=1&y=2").SignedIn();
  const std::string html = SharedRenderer().Render(page).data();
  CHECK_THAT(html, Contains("<html lang=\"fr\">"));
  CHECK_THAT(html,
             Contains("href=\"/en/pay/abc?x=1&amp;y=2\" hreflang=\"en\" lang=\"en\">English</a>"));
  CHECK_THAT(html, !Contains("change_language"));
  CHECK_THAT(html, Contains("<title>Page introuvable – Services gouvernementaux</title>"));
  CHECK_THAT(html, Contains("req-1"));
  CHECK_THAT(html, Contains("action=\"/fr/sign-out\""));
  CHECK_THAT(html, Contains("href=\"tel:+18005550100\">1-800-555-0100</a>"));
  CHECK_THAT(html, Contains("<span class=\"tmk-nowrap\">(ATS\u00a0: "
                            "<a href=\"tel:+18005550101\">1-800-555-0101</a>)</span>"));
  CHECK_THAT(html, !Contains("{{") && !Contains("T_") && !Contains("~"));
}

TEST_CASE("Where people type, the toggle posts the form, and Enter does not press it") {
  Page page = MessagePage("en", "CONTINUE", "ALL_REQUIRED");
  page.Form("card-details", "/card_details/p1").Again(false);
  const std::string html = SharedRenderer().Render(page).data();
  CHECK_THAT(html,
             Contains("form=\"card-details\" formaction=\"/fr/card_details/p1\" "
                      "name=\"change_language\" value=\"true\" lang=\"fr\">Français</button>"));
  CHECK(html.find("class=\"tmk-unseen\" form=\"card-details\"") < html.find("change_language"));
  CHECK_THAT(html, !Contains("hreflang=\"fr\" lang") && !Contains("is not kept"));
  page.Again(true);
  CHECK_THAT(SharedRenderer().Render(page).data(), Contains("is not kept"));
}

TEST_CASE("Error pages lead home, and back to where the person was") {
  for (const Page& page : {ErrorPage(404, "fr", "", "/fr/register?return_to=%2Ffr%2Faddress"),
                           StaleFormPage("fr", "", "/fr/register?return_to=%2Ffr%2Faddress"),
                           ErrorPage(400, "fr", "", "/fr/register?return_to=%2Ffr%2Faddress")}) {
    const std::string html = SharedRenderer().Render(page).data();
    CHECK_THAT(html,
               Contains("href=\"/fr/account\">Page d’accueil – Services gouvernementaux</a>"));
    CHECK_THAT(html, Contains("href=\"/fr/register?return_to=%2Ffr%2Faddress\">"));
    CHECK_THAT(html, Contains("Services en ligne"));
  }
  const std::string html = SharedRenderer().Render(ErrorPage(404, "en", "")).data();
  CHECK_THAT(html, Contains("id=\"go-home\"") && !Contains("id=\"go-back\""));
}

TEST_CASE("Preformatted text keeps its lines, and is escaped all the same") {
  const auto pre = [](const char* text) {
    return RenderOne(PRAGMA "<pre>{{V:H=pre}}</pre>", text);
  };
  CHECK(pre("{\n  \"a\": [\n    1\n  ]\n}") == "<pre>{\n  &quot;a&quot;: [\n    1\n  ]\n}</pre>");
  CHECK(pre("a\n\n\tb\n") == "<pre>a\n\n\tb\n</pre>");
  CHECK(pre("</pre>\n<script>") == "<pre>&lt;/pre&gt;\n&lt;script&gt;</pre>");
}

TEST_CASE("The current page is marked in the navigation, and only for who is signed in") {
  Page page = MessagePage("en", "CONTINUE", "ALL_REQUIRED", "HOME", "/account");
  page.Path("/account?x=1");
  CHECK_THAT(SharedRenderer().Render(page).data(), !Contains("<nav"));
  page.SignedIn();
  const std::string html = SharedRenderer().Render(page).data();
  CHECK_THAT(html, Contains("<a href=\"/en/account\" aria-current=\"page\">Home</a>"));
}

TEST_CASE("Errors are counted, listed with links and shown at their fields") {
  const Renderer renderer(
      {"test",
       {{"error.tpl",
         PRAGMA "{{>TOP}}{{#E_POSTAL_CODE}}{{>FIELD_ERROR}}{{/E_POSTAL_CODE}}{{>BOTTOM}}"}},
       PageBundle().en,
       PageBundle().fr},
      DefaultBrand());
  Page page("error", "en", "token");
  CHECK_FALSE(page.has_errors());
  page.Error("postal_code", "ERROR_POSTAL_CODE");
  std::string html = renderer.Render(page).data();
  CHECK_THAT(html, Contains("<title>Error:"));
  CHECK_THAT(html, Contains("There is a problem on this page"));
  CHECK_THAT(
      html,
      Contains("<a href=\"#postal-code\">Enter a postal code in the format A1A\u00a01A1</a>"));
  CHECK_THAT(html, Contains("id=\"postal-code-error\""));
  page.Error("city", "ERROR_CITY_MISSING");
  html = renderer.Render(page).data();
  CHECK_THAT(html, Contains("There are 2\u00a0problems on this page"));
}

TEST_CASE("A row's variables fill the texts inside it, and values are not read as texts") {
  const Renderer renderer(OnePage(PRAGMA "{{#ROW}}{{T_GO_HOME}};{{/ROW}}"), DefaultBrand());
  Page page("error", "en");
  page.Add("ROW").Set("BRAND", "1");
  page.Add("ROW").Set("BRAND", "{HEADING} ~");
  CHECK(renderer.Render(page).data() == "Home page – 1;Home page – {HEADING} ~;");
}

TEST_CASE("A service does not start with a missing text, partial or pragma") {
  CHECK_THROWS_WITH(Renderer(OnePage(PRAGMA "{{T_NO_SUCH_TEXT}}"), DefaultBrand()),
                    Contains("NO_SUCH_TEXT"));
  CHECK_THROWS_WITH(Renderer(OnePage(PRAGMA "{{>NO_SUCH_PART}}"), DefaultBrand()),
                    Contains("_no_such_part.tpl"));
  CHECK_THROWS_WITH(Renderer(OnePage("<p>{{V}}</p>"), DefaultBrand()), Contains("AUTOESCAPE"));
  CHECK_THROWS(Renderer({"test", {}, "not a catalogue", ""}, DefaultBrand()));
}

TEST_CASE("The lint refuses what escaping cannot protect") {
  const auto refuses = [](const char* body) {
    return !LintTemplate("t.tpl", std::string(PRAGMA) + body).ok();
  };
  CHECK(refuses("{{V:none}}"));
  CHECK(refuses("<script>var a = 1;</script>"));
  CHECK(refuses("<p style=\"color:red\"></p>"));
  CHECK(refuses("<button onclick=\"x()\"></button>"));
  CHECK(refuses("<button formaction=\"/x\"></button>"));
  CHECK(refuses("<button formaction=\"{{FORM_PATH}}\"></button>"));
  CHECK_FALSE(refuses("<button formaction=\"/{{OTHER_LANG}}{{FORM_PATH}}\"></button>"));
  CHECK(refuses("<a href={{V}}></a>"));
  CHECK(refuses("<a class=\"b\" href={{V}}></a>"));
  CHECK(refuses("<a href=\"/a?b={{V}}\"></a>"));
  CHECK_FALSE(refuses("<a href=\"/a?b={{V:u}}\"></a>"));
  CHECK(refuses("<{{V}}>"));
  CHECK(refuses("<form method=\"post\"></form>"));
  CHECK(refuses("<p>Sign in</p>"));
  CHECK(refuses("{{lower}}"));
  CHECK(refuses("<input name=\"code\" maxlength=\"12\">"));
  CHECK(refuses("<textarea MAXLENGTH = \"5000\"></textarea>"));
  CHECK(refuses("<input maxlength=\"{{V}}\">"));
  CHECK_FALSE(
      refuses("{{! a comment with words }}<form method=\"post\">{{>CSRF}}</form><p "
              "class=\"a\">{{V}} &nbsp;</p>"));
}

TEST_CASE("Plurals follow each language's rule: zero is singular in French") {
  const Catalogue& catalogue = SharedRenderer().catalogue();
  CHECK(catalogue.Plural("en", "ERROR_COUNT", 0) == "There are 0\u00a0problems on this page");
  CHECK(catalogue.Plural("fr", "ERROR_COUNT", 0) == "Cette page contient une erreur");
  CHECK(catalogue.Plural("fr", "ERROR_COUNT", 2) == "Cette page contient 2\u00a0erreurs");
  CHECK(catalogue.Text("fr", "GO_HOME", {{"BRAND", "1"}}) == "Page d’accueil – 1");
  CHECK(catalogue.Text("en", "NO_SUCH_TEXT") == "NO_SUCH_TEXT");
}

TEST_CASE("Any language but French is answered in English") {
  CHECK(NormalLanguage("fr-CA") == "fr");
  CHECK(NormalLanguage("fr") == "fr");
  CHECK(NormalLanguage("de") == "en");
  CHECK(NormalLanguage("") == "en");
}

TEST_CASE("A program without pages of its own has the shared ones") {
  const Renderer renderer({"gateway", {}, {}, {}}, DefaultBrand());
  CHECK_THAT(renderer.Render(ErrorPage(405, "en", "")).data(),
             Contains("<h1>We could not read your request</h1>"));
  CHECK_THAT(renderer.Render(ErrorPage(504, "fr", "")).data(), Contains("pas disponible"));
  CHECK_THAT(renderer.Render(ErrorPage(499, "en", "")).data(), Contains("not available now"));
}

TEST_CASE("Whose form's answer was lost is not invited to send it again") {
  auto [language, heading, text] = GENERATE(table<const char*, const char*, const char*>({
      {"en", "We do not know whether this worked", "Check before you do it again."},
      {"fr", "Nous ne savons pas si cela a fonctionné", "Vérifiez avant de recommencer."},
  }));
  const std::string html = SharedRenderer().Render(OutcomeUnknownPage(language, "r-1")).data();
  CHECK_THAT(html, Contains(heading) && Contains(text) && Contains("r-1"));
  CHECK_THAT(html, !Contains("ry again") && !Contains("éessayez"));
}

TEST_CASE("The brand is read from a file, and what it leaves out is the neutral one") {
  const std::string path = std::string(TAMARACK_BINARY_DIR) + "/brand_test.json";
  std::ofstream(path)
      << R"({"name": {"en": "Example", "fr": "Exemple"}, "logo_path": "/assets/brand/logo.svg",
                            "footer_links": [{"text": {"en": "A", "fr": "B"}, "href": {"en": "/a", "fr": "/b"}}]})";
  const auto brand = LoadBrand(path);
  REQUIRE(brand.ok());
  CHECK(brand->name.In("fr") == "Exemple");
  CHECK(brand->help_phone == DefaultBrand().help_phone);
  REQUIRE(brand->footer_links.size() == 1);
  CHECK(brand->footer_links[0].href.In("fr") == "/b");
  const Renderer renderer(PageBundle(), *brand);
  CHECK_THAT(renderer.Render(ErrorPage(500, "en", "")).data(),
             Contains("<img src=\"/assets/brand/logo.svg\" alt=\"Example\">"));
  CHECK_THAT(renderer.Render(ErrorPage(500, "fr", "")).data(), Contains("href=\"/b\">B</a>"));
  for (
      const char* dead :
      {R"({"footer_links": [{"text": {"en": "A", "fr": "B"}, "href": {"en": "/a"}}]})",
       R"({"footer_links": [{"text": {"en": "A"}, "href": {"en": "/a", "fr": "/b"}}]})",
       R"({"footer_links": [{"text": {"en": "A", "fr": "B"}, "href": {"en": "#", "fr": "#"}}]})",
       R"({"footer_links": [{"text": {"en": "A", "fr": "B"}, "href": {"en": "mailto:a@b.ca", "fr": "/b"}}]})",
       R"({"home": {"en": "//elsewhere.example", "fr": "/b"}})",
       R"({"help_page": {"en": "https://example.ca/en"}})"}) {
    INFO(dead);
    std::ofstream(path) << dead;
    CHECK_FALSE(LoadBrand(path).ok());
  }
  std::ofstream(path) << "[1]";
  CHECK_FALSE(LoadBrand(path).ok());
  CHECK_FALSE(LoadBrand("/nonexistent").ok());
  std::remove(path.c_str());
}
