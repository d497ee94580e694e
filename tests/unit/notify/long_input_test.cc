#include "services/notify/markdown.h"
#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

#include <functional>

// The largest that a template and a request may be, and larger, in the shapes that a reader is
// tempted to read again and again: square work takes more than ctest's ten minutes here, linear
// work a second.
namespace tamarack::notify {
namespace {

namespace json = boost::json;

constexpr size_t kValueBytes = 900'000;
constexpr size_t kTemplateCharacters = 50'000;

std::string Times(size_t count, std::string_view text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string Fill(const std::string& text, const json::object& values) {
  return FillPlaceholders(text, values, FillMode::kMarkdown);
}

TEST_CASE("Long input: images in images around a value that nobody sees", "[notify]") {
  constexpr size_t kImages = kTemplateCharacters / 6 - 10;
  std::string text = Times(kImages, "![") + "((v))" + Times(kImages, "](x)");
  for (const std::string& value : {Times(kValueBytes / 2, "v"), Times(kValueBytes / 3, "\u200b")}) {
    std::string markdown = Fill(text, {{"v", value}});
    CHECK_FALSE(IsBlankMarkdown(markdown));
    CHECK(MarkdownToPlainText(markdown).size() > value.size());
    CHECK(MarkdownToHtml(markdown).size() > value.size());
  }
}

TEST_CASE("Long input: lines of nothing before the first word", "[notify]") {
  std::string markdown = Fill("((v))word", {{"v", Times(kValueBytes, "\n")}});
  CHECK(MarkdownToPlainText(markdown) == "word\n");
}

TEST_CASE("Long input: a value that is an address's host", "[notify]") {
  std::string host = Times(kValueBytes, "a");
  std::string html = MarkdownToHtml(Fill("https://((v))/x", {{"v", host}}));
  CHECK(html.find("href=\"https://" + host + "/x\"") != std::string::npos);
}

TEST_CASE("Long input: names of dashes", "[notify]") {
  std::string name = Times(kValueBytes, "—") + "n";
  CHECK(Fill("((n))", {{name, "word"}}).find("word") != std::string::npos);
}

TEST_CASE("Long input: a value that shows nothing is read once, however often it is named",
          "[notify]") {
  std::string spaces(kValueBytes, ' ');
  CHECK(Fill(Times(kTemplateCharacters / 8, "((v??x))"), {{"v", spaces}}).empty());
  json::array blanks(kValueBytes / 4, json::value(" "));
  CHECK(Fill(Times(kTemplateCharacters / 5, "((v))"), {{"v", blanks}}).empty());
}

TEST_CASE("Long input: blank lines in items in one another", "[notify]") {
  for (const char* marker : {"* ", "1. ", "> * ", "^* "}) {
    std::string markdown =
        Times(3 * kTemplateCharacters, marker) + "a" + Times(3 * kTemplateCharacters, "\n") + "b";
    CHECK(MarkdownToPlainText(markdown).ends_with("b\n"));
  }
}

TEST_CASE("Long input: code in code is words, not read again", "[notify]") {
  std::string markdown = "````\n**a**\n```\n**b**\nc\n```\n````";
  CHECK(MarkdownToPlainText(markdown) == "a\n\n**b**\nc\n");
  CHECK(MarkdownToHtml(markdown).find("**b**<br>c") != std::string::npos);
}

}  // namespace
}  // namespace tamarack::notify
