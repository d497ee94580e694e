#include "services/notify/markdown.h"
#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

#include <regex>

namespace tamarack::notify {
namespace {

using boost::json::object;

// The HTML without its styles: what it says and how it is built.
std::string Html(const std::string& markdown) {
  return std::regex_replace(MarkdownToHtml(markdown), std::regex(" style=\"[^\"]*\""), "");
}

std::string Filled(const std::string& text, const object& values) {
  return Html(FillPlaceholders(text, values, FillMode::kMarkdown));
}

TEST_CASE("Values form no markup together with the template's text", "[notify]") {
  struct Case {
    const char* text;
    object values;
    const char* html;
  };
  const std::vector<Case> cases{
      {"Ref:\n\n((r)).", {{"r", "00123"}}, "<p>Ref:</p><p>00123.</p>"},
      {"((y)). Fee", {{"y", 2026}}, "<p>2026. Fee</p>"},
      {"((y))) Fee", {{"y", 7}}, "<p>7) Fee</p>"},
      {"((q))((r)). x", {{"q", 1}, {"r", 2}}, "<p>12. x</p>"},
      {"((e))- one", {{"e", ""}}, "<p>- one</p>"},
      {"((e))# one", {{"e", ""}}, "<p># one</p>"},
      {"((e))> one", {{"e", ""}}, "<p>&gt; one</p>"},
      {"((e))^ one", {{"e", ""}}, "<p>^ one</p>"},
      {"((e))    one", {{"e", ""}}, "<p>    one</p>"},
      {"a\n\n((e))\n\nb", {{"e", ""}}, "<p>a</p><p>b</p>"},
      {"((e))", {{"e", "#"}}, "<p>#</p>"},
      {"((e)) one", {{"e", "#"}}, "<p># one</p>"},
      {"((e)) one", {{"e", "-"}}, "<p>- one</p>"},
      {"a\n((e))", {{"e", "==="}}, "<p>a<br>===</p>"},
      {"**((n))**", {{"n", "Zoé "}}, "<p><strong>Zoé </strong></p>"},
      {"_((n))_", {{"n", " (Zoé)"}}, "<p><em> (Zoé)</em></p>"},
      {"**((n))** x", {{"n", "a\n\nb"}}, "<p><strong>a<br><br>b</strong> x</p>"},
      {"`((n))`", {{"n", "a`b_c"}}, "<p>a`b_c</p>"},
      {"    ((n))", {{"n", "a_b"}}, "<p>a_b\n</p>"},
      {"# ((n))", {{"n", "a\nb #"}}, "<h2>a<br>b #</h2>"},
      {"* ((n))", {{"n", "a\r\n\r\nb"}}, "<ul><li>a<br><br>b</li></ul>"},
      {"&((n));", {{"n", "lt"}}, "<p>&amp;lt;</p>"},
      {"[((n))](https://e.ca)",
       {{"n", "x](https://evil.ca"}},
       "<p><a href=\"https://e.ca\">x](https://evil.ca</a></p>"},
      {"((n))",
       {{"n", "\uFDD2https://e.ca\uFDD3"}},
       "<p>\uFFFD<a href=\"https://e.ca\uFFFD\">https://e.ca\uFFFD</a></p>"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(Filled(each.text, each.values) == each.html);
  }
}

TEST_CASE("Values in an address are percent-encoded and stay in it", "[notify]") {
  struct Case {
    const char* text;
    const char* value;
    const char* href;
  };
  const std::vector<Case> cases{
      {"[Open](https://e.example/?n=((n)))", "a)b", "https://e.example/?n=a%29b"},
      {"[Open](https://e.example/?n=((n)))", "Zoé Exemple",
       "https://e.example/?n=Zo%C3%A9%20Exemple"},
      {"[Open](https://e.example/?n=((n)))", "A&B #2", "https://e.example/?n=A%26B%20%232"},
      {"[Open](https://e.example/?n=((n)))", "x \"y\"", "https://e.example/?n=x%20%22y%22"},
      {"[Open](https://e.example/?n=((n))&m=1)", "\\_%", "https://e.example/?n=%5C_%25&m=1"},
      {"[Open](https://e.example/?n=((n)))", "a%20b", "https://e.example/?n=a%20b"},
      {"[Open](https://e.example/((n)))", "a/b?c", "https://e.example/a/b%3Fc"},
      {"[Open](https://((n)).e.example/)", "evil.ca/", "https://evil.ca%2F.e.example/"},
      {"[Open](https://e.example((n)))", "@evil.ca", "https://e.example%40evil.ca"},
      {"[Open](((n)))", "https://e.ca/a_b?c=d&e=f#g", "https://e.ca/a_b?c=d&e=f#g"},
      {"[Open](((n)))", "https://e.ca/a b)\"c", "https://e.ca/a%20b)%22c"},
      {"[Open](((n))/x?y=1)", "https://e.ca", "https://e.ca/x?y=1"},
      {"[Open](HTTPS://e.ca/((n)))", "@", "HTTPS://e.ca/%40"},
      {"[Open](mailto:((n)))", "a+b@e.ca", "mailto:a+b@e.ca"},
      {"https://e.example/?n=((n)).", "Zoé Exemple", "https://e.example/?n=Zo%C3%A9%20Exemple"},
      {"((n))/x.", "https://e.ca", "https://e.ca/x"},
      {"((n))/sign_in_?a=((n))", "https://e.ca", "https://e.ca/sign_in_?a=https%3A//e.ca"},
      {"_((n))_x**", "https://e.ca/a", "https://e.ca/a"},
      {"((n)).pdf", "https://e.ca/a", "https://e.ca/a"},
      {"((n))/x", "see https://e.ca.", "https://e.ca./x"},
      {"((n)) x", "see https://e.ca/a_b_.", "https://e.ca/a_b_"},
  };
  for (const auto& each : cases) {
    INFO(each.text << " " << each.value);
    std::string html = Filled(each.text, {{"n", each.value}});
    INFO(html);
    CHECK(html.find("href=\"" + EscapeHtml(each.href) + "\"") != std::string::npos);
  }
  CHECK(Filled("[Open](((n)))", {{"n", "javascript:alert(1)"}}) == "<p>Open</p>");
  CHECK(MarkdownToPlainText(FillPlaceholders("[Open](https://e.ca/?n=((n)))", {{"n", "a b"}},
                                             FillMode::kMarkdown)) ==
        "Open: https://e.ca/?n=a%20b\n");
}

TEST_CASE("Addresses are whole: they are found before emphasis and links are read", "[notify]") {
  for (const char* url :
       {"https://example.com/_foo_/x", "https://e.ca/*a*", "https://e.ca/__x__/y",
        "https://e.ca/?q=[a](b)", "https://e.ca/wiki/Tree_(graph)", "https://e.ca/a~~b~~c",
        "https://e.ca/a!b", "HTTPS://e.ca/a_b_", "Http://e.ca/_a_", "https://e.ca/?a=1&b=2",
        "https://e.ca/a'b", "http://e.ca/é_è_"}) {
    for (const char* text :
         {"%", "see %.", "(%)", "“%”", "«%»", "%…", "%。", "（%）", "[%]", "{%}", "‘%’", "a\n%\nb",
          "* %", "# %", "「%」", "%, then", "%?", "<%>", "[x](%)"}) {
      std::string markdown = std::regex_replace(text, std::regex("%"), "\x01");
      markdown.replace(markdown.find('\x01'), 1, url);
      INFO(markdown);
      std::string html = Html(markdown);
      INFO(html);
      CHECK(html.find("href=\"" + EscapeHtml(url) + "\"") != std::string::npos);
    }
  }
  CHECK(Html("(https://e.example/a_(b))") ==
        "<p>(<a href=\"https://e.example/a_(b)\">https://e.example/a_(b)</a>)</p>");
  CHECK(Html("**https://e.ca/x**") ==
        "<p><strong><a href=\"https://e.ca/x\">https://e.ca/x</a></strong></p>");
  CHECK(Html("_see https://e.ca/x_") ==
        "<p><em>see <a href=\"https://e.ca/x\">https://e.ca/x</a></em></p>");
  CHECK(Html("https://e.ca/a\\\nb") == "<p><a href=\"https://e.ca/a\">https://e.ca/a</a><br>b</p>");
  CHECK(Html("https://e.ca/a\\_b") == "<p><a href=\"https://e.ca/a_b\">https://e.ca/a_b</a></p>");
}

TEST_CASE("Email addresses and products of numbers are no emphasis", "[notify]") {
  CHECK(Html("_info_@example.ca") == "<p>_info_@example.ca</p>");
  CHECK(Html("write to a__b__@e.ca, _c_@e.ca") == "<p>write to a__b__@e.ca, _c_@e.ca</p>");
  CHECK(Html("_info@example.ca_") == "<p><em>info@example.ca</em></p>");
  CHECK(Html("**info@example.ca**") == "<p><strong>info@example.ca</strong></p>");
  CHECK(Html("<a_b_@e.ca>") == "<p><a href=\"mailto:a_b_@e.ca\">a_b_@e.ca</a></p>");
  CHECK(Html("5*3*2") == "<p>5*3*2</p>");
  CHECK(Html("*5*") == "<p><em>5</em></p>");
}

TEST_CASE("Lists as GOV.UK Notify's authors write them", "[notify]") {
  const char* bullets = "<ul><li>one</li><li>two</li></ul>";
  for (const char* list : {"• one\n• two", "•one\n•two", "‣ one\n‣ two", "*one\n*two", "-one\n-two",
                           "* one\n*two", "•\tone\n• two"}) {
    INFO(list);
    CHECK(Html(list) == bullets);
    CHECK(Html(std::string("Bring:\n\n") + list) == std::string("<p>Bring:</p>") + bullets);
  }
  CHECK(Html("Bring:\n• one\n• two") == std::string("<p>Bring:</p>") + bullets);
  CHECK(Html("1.one\n2.two") == "<ol><li>one</li><li>two</li></ol>");
  CHECK(Html("*((a))").find("<ul>") != std::string::npos);
  CHECK(Html("* one\n  •two") == "<ul><li>one<ul><li>two</li></ul></li></ul>");
  for (const char* text : {"-5", "1.5", "*one*", "**one**", "-", "--one", "a\n-one", "a\n*one",
                           "a\n1.one", "- -", "2.5 km", "*one* and *two*", "a • b"}) {
    INFO(text);
    std::string html = Html(std::string(text));
    CHECK((html.find("<li>one") == std::string::npos && html.find("<li>5") == std::string::npos));
  }
  CHECK(Filled("-((n))", {{"n", 5}}) == "<p>-5</p>");
  CHECK(Filled("1.((n))", {{"n", "x"}}) == "<p>1.x</p>");
}

}  // namespace
}  // namespace tamarack::notify
