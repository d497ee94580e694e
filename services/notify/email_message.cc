#include "services/notify/email_message.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/random.h"
#include "services/notify/markdown.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tamarack::notify {
namespace {

constexpr size_t kLineMax = 76;

std::string WrapBase64(std::string_view bytes) {
  std::string encoded = crypto::Base64Encode(bytes);
  std::string wrapped;
  for (size_t i = 0; i < encoded.size(); i += kLineMax)
    wrapped += encoded.substr(i, kLineMax) + "\r\n";
  return wrapped;
}

// RFC 2047: encoded words of whole UTF-8 characters, each on a line that leaves room for the
// header's name.
std::string EncodedWords(std::string_view text) {
  constexpr size_t kWordBytesMax = 39;
  std::string encoded;
  while (!text.empty()) {
    size_t end = std::min(kWordBytesMax, text.size());
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
      --end;
    if (end == 0) end = std::min(kWordBytesMax, text.size());
    if (!encoded.empty()) encoded += "\r\n ";
    encoded += "=?UTF-8?B?" + crypto::Base64Encode(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
  }
  return encoded;
}

// As it is when it is short ASCII and none of `specials` is in it, else encoded.
std::string HeaderText(std::string_view text, std::string_view specials = {}) {
  bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  bool is_short = text.size() <= kLineMax - 10;
  bool is_safe = text.find("=?") == std::string_view::npos &&
                 text.find_first_of(specials) == std::string_view::npos;
  return is_plain && is_short && is_safe ? std::string(text) : EncodedWords(text);
}

// The name before an address (RFC 5322 section 3.4).
std::string HeaderPhrase(std::string_view text) {
  return HeaderText(text, "()<>@,;:\\\".[]");
}

// Addresses and URLs were validated; this holds even if a check upstream is lost.
std::string HeaderToken(std::string_view text) {
  std::string token;
  for (char c : text) {
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '<' && c != '>') token += c;
  }
  return token;
}

std::string Part(std::string_view type, std::string_view content) {
  return fmt::format(
      "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", type,
      WrapBase64(content));
}

}  // namespace

std::string EmailHtml(std::string_view language, std::string_view subject,
                      std::string_view markdown) {
  std::string lang = language.empty() ? "" : fmt::format(" lang=\"{}\"", EscapeHtml(language));
  return fmt::format(
      "<!doctype html><html{}><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\">"
      "<title>{}</title></head><body style=\"margin:0;padding:0\"><div "
      "style=\"max-width:580px;margin:0 auto;"
      "padding:20px\">{}</div></body></html>\n",
      lang, EscapeHtml(subject), MarkdownToHtml(markdown));
}

std::string FormatEmail(const EmailMessage& email) {
  std::string boundary = "tamarack-" + crypto::HexEncode(crypto::RandomBytes(16));
  std::string headers = fmt::format(
      "From: {}\r\n <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} "
      "+0000\r\nMessage-ID: <{}>\r\n"
      "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n",
      HeaderPhrase(email.from_name), HeaderToken(email.from_address), HeaderToken(email.to_address),
      HeaderText(email.subject), fmt::gmtime(std::chrono::system_clock::to_time_t(email.date)),
      HeaderToken(email.message_id));
  if (!email.one_click_unsubscribe_url.empty()) {
    headers += fmt::format(
        "List-Unsubscribe: <{}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        HeaderToken(email.one_click_unsubscribe_url));
  }
  return fmt::format(
      "{}Content-Type: multipart/alternative;\r\n "
      "boundary=\"{}\"\r\n\r\n--{}\r\n{}--{}\r\n{}--{}--\r\n",
      headers, boundary, boundary, Part("text/plain", MarkdownToPlainText(email.markdown)),
      boundary, Part("text/html", EmailHtml(email.language, email.subject, email.markdown)),
      boundary);
}

}  // namespace tamarack::notify
