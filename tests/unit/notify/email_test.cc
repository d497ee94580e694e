#include "services/notify/email_message.h"
#include "services/notify/markdown.h"
#include "services/notify/recipient.h"

#include "platform/crypto/encoding.h"

#include <catch2/catch.hpp>

namespace tamarack::notify {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("MarkdownToHtml: what the dialect has", "[notify]") {
  CHECK(Contains(MarkdownToHtml("# Title"), "<h2"));
  CHECK(Contains(MarkdownToHtml("* one\n* two"), "<li"));
  CHECK(Contains(MarkdownToHtml("^ note"), "<blockquote"));
  CHECK(Contains(MarkdownToHtml("---"), "<hr"));
  CHECK(Contains(MarkdownToHtml("see https://e.ca/x."), "href=\"https://e.ca/x\""));
  CHECK(Contains(MarkdownToHtml("[a](https://e.ca)"), ">a</a>"));
}

TEST_CASE("MarkdownToHtml: a numbered list goes on where its first number says", "[notify]") {
  auto starts = [](const std::string& markdown) {
    std::vector<std::string> tags;
    std::string html = MarkdownToHtml(markdown);
    for (size_t at = 0; (at = html.find("<ol", at)) != std::string::npos; ++at)
      tags.push_back(html.substr(at, html.find(" style", at) - at));
    return tags;
  };
  using Tags = std::vector<std::string>;
  CHECK(starts("1. a\n\n^ note\n\n2. b") == Tags{"<ol", "<ol start=\"2\""});
  CHECK(starts("1. a\n2. b\n\n# Then\n\n3) c\n4) d") == Tags{"<ol", "<ol start=\"3\""});
  CHECK(starts("0. zero\n1. one") == Tags{"<ol start=\"0\""});
  CHECK(starts("* x\n\n  7. inner") == Tags{"<ol start=\"7\""});
  CHECK(Contains(MarkdownToHtml("2. b"), "</ol>"));
  CHECK(MarkdownToPlainText("1. a\n\n^ note\n\n2. b") == "1. a\n\nnote\n\n2. b\n");
}

TEST_CASE("EmailHtml: the language is that of the message", "[notify]") {
  for (const char* language : {"en", "fr", "iu-Cans", "fr-CA"}) {
    CHECK(Contains(EmailHtml(language, "s", "b"),
                   std::string("<!doctype html><html lang=\"") + language + "\"><head>"));
  }
  CHECK(Contains(EmailHtml("", "s", "b"), "<!doctype html><html><head>"));
  CHECK_FALSE(Contains(EmailHtml("en\"><script>", "s", "b"), "<script>"));
  EmailMessage email;
  email.subject = "Votre permis";
  email.markdown = "Bonjour";
  email.language = "fr";
  CHECK(
      Contains(FormatEmail(email),
               crypto::Base64Encode(EmailHtml("fr", email.subject, email.markdown)).substr(0, 60)));
}

TEST_CASE("MarkdownToHtml: web addresses stay as they are, whatever marks they hold", "[notify]") {
  for (const char* url :
       {"https://e.ca/a_b_c", "https://e.ca/a--b...c", "https://e.ca/?q='x'&r=*y"}) {
    INFO(url);
    CHECK(Contains(MarkdownToHtml(std::string("see ") + url), "href=\"" + EscapeHtml(url) + "\""));
  }
  CHECK(Contains(MarkdownToHtml("[two\nwords **here**](https://e.ca)"), ">two words here</a>"));
}

TEST_CASE("Markdown: nesting without end is written as words", "[notify]") {
  std::string quotes(20'000, '>'), lists, emphasis;
  for (int i = 0; i < 5'000; ++i) lists += "1. ";
  for (int i = 0; i < 5'000; ++i) emphasis += "*a **b ";
  for (const auto& deep : {quotes + " word", lists + "word", emphasis + "word"}) {
    CHECK(Contains(MarkdownToHtml(deep), "word"));
    CHECK(Contains(MarkdownToPlainText(deep), "word"));
  }
}

TEST_CASE("MarkdownToHtml: HTML, scripts and images come out as text", "[notify]") {
  for (const char* hostile :
       {"<script>alert(1)</script>", "a <b onclick=x>b</b>", "<img src=x onerror=y>"}) {
    std::string html = MarkdownToHtml(hostile);
    CHECK_FALSE(Contains(html, "<script"));
    CHECK_FALSE(Contains(html, "<b "));
    CHECK_FALSE(Contains(html, "<img"));
    CHECK(Contains(html, "&lt;"));
  }
  CHECK_FALSE(Contains(MarkdownToHtml("![x](https://e.ca/i.png)"), "<img"));
  CHECK_FALSE(Contains(MarkdownToHtml("[x](javascript:alert(1))"), "href"));
  CHECK_FALSE(Contains(MarkdownToHtml("[x](data:text/html,1)"), "href"));
}

TEST_CASE("MarkdownToPlainText: headings underlined, links written out", "[notify]") {
  CHECK(MarkdownToPlainText("# Hi\n\ntext [a](https://e.ca)") ==
        "Hi\n" + std::string(65, '=') + "\n\ntext a: https://e.ca\n");
  CHECK(MarkdownToPlainText("1. a\n2. b") == "1. a\n2. b\n");
}

TEST_CASE("FormatEmail: both parts hold the text, headers are encoded", "[notify]") {
  EmailMessage email;
  email.message_id = "id@e.ca";
  email.from_name = "Services gouvernementaux – été";
  email.from_address = "no-reply@e.ca";
  email.to_address = "zoe@e.ca";
  email.subject = "Votre permis est renouvelé, merci de votre confiance en nos services en ligne";
  email.markdown = "Bonjour **Zoé**";
  std::string text = FormatEmail(email);
  CHECK(Contains(text, "Message-ID: <id@e.ca>\r\n"));
  CHECK(Contains(text, "Subject: =?UTF-8?B?"));
  CHECK(Contains(text, crypto::Base64Encode("Bonjour Zoé\n")));
  CHECK(Contains(text, "multipart/alternative"));
  size_t start = 0;
  for (size_t end; (end = text.find("\r\n", start)) != std::string::npos; start = end + 2)
    CHECK(end - start <= 78);
}

TEST_CASE("FormatEmail: values cannot add headers", "[notify]") {
  EmailMessage email;
  email.message_id = "id@e.ca";
  email.from_name = "a\r\nBcc: x@e.ca";
  email.one_click_unsubscribe_url = "https://e.ca/u\r\nBcc: v@e.ca";
  email.from_address = "no-reply@e.ca>\r\nBcc: y@e.ca";
  email.to_address = "zoe@e.ca\r\nBcc: z@e.ca";
  email.subject = "s\r\nBcc: w@e.ca";
  std::string headers = FormatEmail(email);
  headers.resize(headers.find("\r\n\r\n"));
  CHECK_FALSE(Contains(headers, "\nBcc:"));
}

TEST_CASE("FormatEmail: names with special characters and international addresses stay whole",
          "[notify]") {
  EmailMessage email;
  email.from_name = "Ministry, of <Things>";
  email.from_address = "no-reply@e.ca";
  email.to_address = "zoe@exämple.ca";
  std::string headers = FormatEmail(email);
  CHECK(Contains(headers, "From: =?UTF-8?B?" + crypto::Base64Encode("Ministry, of <Things>") +
                              "?=\r\n <no-reply@e.ca>"));
  CHECK(Contains(headers, "To: <zoe@exämple.ca>\r\n"));
  email.from_name = "Government services";
  CHECK(Contains(FormatEmail(email), "From: Government services\r\n <no-reply@e.ca>\r\n"));
}

TEST_CASE("SimulationOf: the simulator's addresses", "[notify]") {
  CHECK(SimulationOf("temp-fail@simulator.notify") == Simulation::kTemporaryFailure);
  CHECK(SimulationOf("perm-fail@simulator.notify") == Simulation::kPermanentFailure);
  CHECK(SimulationOf("x@simulator.notify") == Simulation::kDelivered);
  CHECK(SimulationOf("x@e.ca") == Simulation::kNone);
}

}  // namespace
}  // namespace tamarack::notify
