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
      {"    ((n))", {{"n", "a_b"}}, "<p>a_b</p>"},
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

TEST_CASE("No text vanishes, and no value makes any vanish", "[notify]") {
  struct Case {
    const char* text;
    const char* value;
    const char* html;
    const char* plain;
  };
  const std::vector<Case> cases{
      {"Dear\n\n[Name]: ((v))", "Zoé", "<p>Dear</p><p>[Name]: Zoé</p>", "Dear\n\n[Name]: Zoé\n"},
      {"[City]: ((v))", "New York", "<p>[City]: New York</p>", "[City]: New York\n"},
      {"[City]: ((v))", "Paris", "<p>[City]: Paris</p>", "[City]: Paris\n"},
      {"* [Name]: ((v))", "Zoé", "<ul><li>[Name]: Zoé</li></ul>", "* [Name]: Zoé\n"},
      {"[((v))]: ((v))", "a", "<p>[a]: a</p>", "[a]: a\n"},
      {"> [x]: ((v))\n> y", "a", "<blockquote><p>[x]: a<br>y</p></blockquote>", "[x]: a\ny\n"},
      {"Fee [1]\n\n[1]: Non-refundable", "", "<p>Fee [1]</p><p>[1]: Non-refundable</p>",
       "Fee [1]\n\n[1]: Non-refundable\n"},
      {"[a]:\n((v))\n\"b\"", "x", "<p>[a]:<br>x<br>&quot;b&quot;</p>", "[a]:\nx\n\"b\"\n"},
      {"[a]: https://e.ca", "", "<p>[a]: <a href=\"https://e.ca\">https://e.ca</a></p>",
       "[a]: https://e.ca\n"},
      {"[Name](((v)))", "Zoé B", "<p>Name: Zoé B</p>", "Name: Zoé B\n"},
      {"Line [4](b \"((v))\")", "c", "<p>Line 4 (c): b</p>", "Line 4 (c): b\n"},
      {"[a](https://e.ca \"((v))\")", "c", "<p><a href=\"https://e.ca\" title=\"c\">a</a></p>",
       "a (c): https://e.ca\n"},
      {"[](https://e.ca)", "", "<p><a href=\"https://e.ca\">https://e.ca</a></p>",
       "https://e.ca\n"},
      {"[((v))](https://e.ca)", " ", "<p><a href=\"https://e.ca\"> https://e.ca</a></p>",
       "https://e.ca\n"},
      {"![((v))](https://e.ca/i.png)", "Map", "<p><a href=\"https://e.ca/i.png\">Map</a></p>",
       "Map: https://e.ca/i.png\n"},
      {"~~~ For ((v)) ~~~\nb", "Zoé", "<p>For Zoé ~~~<br>b</p>", "For Zoé ~~~\nb\n"},
      {"[a\\\nb](https://e.ca)", "", "<p><a href=\"https://e.ca\">a b</a></p>",
       "a\nb: https://e.ca\n"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(Filled(each.text, {{"v", each.value}}) == each.html);
    CHECK(MarkdownToPlainText(
              FillPlaceholders(each.text, {{"v", each.value}}, FillMode::kMarkdown)) == each.plain);
  }
}

TEST_CASE("What looks like code or HTML is text, line by line", "[notify]") {
  struct Case {
    const char* text;
    const char* html;
    const char* plain;
  };
  const std::vector<Case> cases{
      {"Write to:\n\n    Service Example\n    12 **Main** St\n    https://e.ca",
       "<p>Write to:</p><p>Service Example<br>12 <strong>Main</strong> St<br>"
       "<a href=\"https://e.ca\">https://e.ca</a></p>",
       "Write to:\n\nService Example\n12 Main St\nhttps://e.ca\n"},
      {"```\na **b**\n  c\n\nd\n```\ne", "<p>a <strong>b</strong><br>c</p><p>d</p><p>e</p>",
       "a b\nc\n\nd\n\ne\n"},
      {"\ta\n\tb", "<p>a<br>b</p>", "a\nb\n"},
      {"* a\n\n      b\n      c", "<ul><li>a<p>b<br>c</p></li></ul>", "* a\nb\nc\n"},
      {"> ~~~\n> a\n> b", "<blockquote><p>a<br>b</p></blockquote>", "a\nb\n"},
      {"<div>\na **b**\nhttps://e.ca\n</div>",
       "<p>&lt;div&gt;<br>a <strong>b</strong><br>"
       "<a href=\"https://e.ca\">https://e.ca</a><br>&lt;/div&gt;</p>",
       "<div>\na b\nhttps://e.ca\n</div>\n"},
      {"<!-- a\nb -->", "<p>&lt;!-- a<br>b --&gt;</p>", "<!-- a\nb -->\n"},
      {"a\n<b class=x>c</b>\nd", "<p>a<br>&lt;b class=x&gt;c&lt;/b&gt;<br>d</p>",
       "a\n<b class=x>c</b>\nd\n"},
      {"1 \\< 2 < 3", "<p>1 &lt; 2 &lt; 3</p>", "1 < 2 < 3\n"},
      {"[a](<b c>)", "<p>a: b c</p>", "a: b c\n"},
      {"~~~ &lt;b&gt;\na\n~~~", "<p>&lt;b&gt;<br>a</p>", "<b>\na\n"},
      {"``` <x> `` ]: ```", "<p>&lt;x&gt; `` ]:</p>", "<x> `` ]:\n"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(Html(each.text) == each.html);
    CHECK(MarkdownToPlainText(each.text) == each.plain);
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
  CHECK(Filled("[Open](((n)))", {{"n", "javascript:alert(1)"}}) ==
        "<p>Open: javascript:alert(1)</p>");
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
