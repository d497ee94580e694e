#include "services/notify/email_message.h"
#include "services/notify/markdown.h"
#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

#include <random>

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
