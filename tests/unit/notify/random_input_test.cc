#include "platform/text/text.h"
#include "services/notify/email_message.h"
#include "services/notify/markdown.h"
#include "services/notify/placeholders.h"

#include <absl/strings/str_replace.h>
#include <catch2/catch.hpp>

#include <random>
#include <regex>

// Seeded random input: bytes of all kinds, and what attackers and careless authors would put in.
// The sanitizer builds make it count.
namespace tamarack::notify {
namespace {

std::string RandomText(std::mt19937& random, int pieces_max) {
  static const std::vector<std::string> kPieces{"((name))",
                                                "((",
                                                "))",
                                                "??",
                                                "(((",
                                                "((x??",
                                                "\n",
                                                "\r\n",
                                                "\r",
                                                "    ",
                                                "\t",
                                                "# ",
                                                "> ",
                                                "* ",
                                                "1. ",
                                                "^ ",
                                                "---",
                                                "```",
                                                "~~~",
                                                "[a](",
                                                "[",
                                                "]: ",
                                                "https://e.ca/",
                                                "javascript:alert(1)",
                                                ")",
                                                "![",
                                                "]",
                                                "<script>",
                                                "</script>",
                                                "<img src=x onerror=y>",
                                                "<!--",
                                                "&lt;",
                                                "&#60;script&#62;",
                                                "\\",
                                                "\"",
                                                "'",
                                                "`",
                                                "_",
                                                "**",
                                                "Bcc: x@e.ca",
                                                "\r\n\r\n",
                                                "=?UTF-8?B?",
                                                "é",
                                                "ᓄ",
                                                "\xff",
                                                "\xc3"};
  std::string text;
  for (auto pieces = random() % pieces_max; pieces > 0; --pieces) {
    text += random() % 4 == 0 ? std::string(1, static_cast<char>(random()))
                              : kPieces[random() % kPieces.size()];
  }
  return text;
}

// Every `<` of our HTML begins one of these; all else comes out escaped.
bool HasOnlyOurTags(const std::string& html) {
  static const std::vector<std::string> kTags{
      "p",      "h2", "h3",   "ul",   "ol",   "li",    "blockquote", "hr",  "br",      "em",
      "strong", "a",  "html", "head", "meta", "title", "body",       "div", "!doctype"};
  for (size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    size_t name = at + 1 + (html[at + 1] == '/');
    std::string tag = html.substr(name, html.find_first_of(" >", name) - name);
    if (std::find(kTags.begin(), kTags.end(), tag) == kTags.end()) return false;
    if (tag == "a" && html[at + 1] != '/') {
      std::string open = html.substr(at, html.find('>', at) - at);
      size_t href = open.find("href=\"") + 6;
      std::string url = open.substr(href, 7);
      if (!url.starts_with("http://") && !url.starts_with("https:/") &&
          !url.starts_with("mailto:") && !url.starts_with("tel:")) {
        return false;
      }
    }
  }
  return html.find("onerror=y>") == std::string::npos;
}

TEST_CASE("Random markdown: only our tags and only web links come out", "[notify]") {
  std::mt19937 random(1);
  for (int i = 0; i < 8000; ++i) {
    std::string markdown = RandomText(random, 30);
    std::string html = MarkdownToHtml(markdown);
    if (!HasOnlyOurTags(html)) FAIL("from: " << markdown << "\nto: " << html);
    MarkdownToPlainText(markdown);
  }
}

TEST_CASE(
    "Random values: they make no headings, lists, quotes or code, and a subject stays on one line",
    "[notify]") {
  std::mt19937 random(2);
  for (int i = 0; i < 8000; ++i) {
    std::string text = RandomText(random, 12);
    boost::json::object values{{"name", text}};
    std::string html = MarkdownToHtml(
        FillPlaceholders("Dear ((name))\n\n((name))\n\nend", values, FillMode::kMarkdown));
    for (const char* tag : {"<h2", "<h3", "<ul", "<ol", "<blockquote", "<hr", "<em", "<strong"}) {
      if (html.find(tag) != std::string::npos) FAIL("from: " << text << "\nto: " << html);
    }
    if (!HasOnlyOurTags(html)) FAIL("from: " << text << "\nto: " << html);
    std::string line = FillPlaceholders("((name)) ((name??shown))", values, FillMode::kLine);
    if (line.find_first_of("\r\n\t") != std::string::npos) FAIL("line: " << line);
    // Templates themselves may be anything.
    FillPlaceholders(RandomText(random, 30), values, FillMode::kPlain);
  }
}

// What the HTML says: without tags, entities read.
std::string TextOf(const std::string& html) {
  std::string text;
  for (size_t at = 0; at < html.size(); ++at) {
    if (html[at] == '<') {
      if (html.compare(at, 4, "<br>") == 0) text += '\n';
      at = html.find('>', at);
    } else {
      text += html[at];
    }
  }
  return absl::StrReplaceAll(
      text, {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}});
}

// How the HTML is built, but for the lines and the links that a value's own text makes.
std::string TagsOf(const std::string& html) {
  std::string tags;
  for (size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    std::string tag = html.substr(at, html.find('>', at) + 1 - at);
    if (tag != "<br>" && tag != "</a>" && !tag.starts_with("<a ")) tags += tag;
  }
  return tags;
}

TEST_CASE("Random templates and values: a message is built as its template is and says the values",
          "[notify]") {
  std::mt19937 random(4);
  auto filled = [](const std::string& text, const std::string& value) {
    return MarkdownToHtml(FillPlaceholders(text, {{"name", value}}, FillMode::kMarkdown));
  };
  for (int i = 0; i < 8000; ++i) {
    std::string text = RandomText(random, 10) + "((name))" + RandomText(random, 10);
    std::string value = RandomText(random, 8) + "x";
    // There an address in a value goes on.
    if (std::regex_search(text, std::regex("\\(\\(name\\)\\)[/?#]"))) continue;
    std::string html = filled(text, value);
    INFO("template: " << text << "\nvalue: " << value << "\nhtml: " << html);
    if (!HasOnlyOurTags(html)) FAIL("other tags");
    if (TagsOf(html) != TagsOf(filled(text, "x"))) FAIL("built by the value");
    // In an address a value is percent-encoded.
    if (text.find("http") != std::string::npos || text.find("](") != std::string::npos) continue;
    std::string says = absl::StrReplaceAll(text::ValidUtf8(value), {{"\r\n", "\n"}});
    says = absl::StrReplaceAll(says, {{"\r", "\n"}, {std::string(1, '\0'), "\uFFFD"}});
    if (TextOf(html).find(says) == std::string::npos) FAIL("does not say the value");
  }
}

TEST_CASE("Random emails: no header is added, no line is too long", "[notify]") {
  std::mt19937 random(3);
  for (int i = 0; i < 4000; ++i) {
    EmailMessage email;
    email.message_id = RandomText(random, 4);
    email.from_name = RandomText(random, 8);
    email.from_address = RandomText(random, 4);
    email.to_address = RandomText(random, 4);
    email.subject = RandomText(random, 30);
    email.markdown = RandomText(random, 30);
    if (random() % 2) email.one_click_unsubscribe_url = RandomText(random, 6);
    std::string text = FormatEmail(email);
    std::string headers = text.substr(0, text.find("\r\n\r\n") + 2);
    size_t count = 0;
    for (size_t begin = 0, end; (end = headers.find("\r\n", begin)) != std::string::npos;
         begin = end + 2) {
      std::string line = headers.substr(begin, end - begin);
      if (line.find_first_of("\r\n") != std::string::npos || line.size() > 998)
        FAIL("line: " << line);
      if (line[0] != ' ') ++count;
    }
    // From, To, Subject, Date, Message-ID, MIME-Version, Auto-Submitted, Content-Type, and two for
    // unsubscribing.
    if (count != (email.one_click_unsubscribe_url.empty() ? 8U : 10U)) FAIL("headers: " << headers);
  }
}

}  // namespace
}  // namespace tamarack::notify
