#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tamarack::notify {

// What an email says; texts are UTF-8.
struct EmailMessage {
  std::string message_id;  // without angle brackets; the same for every attempt, so that receivers
                           // can drop a repeated one
  std::string from_name;
  std::string from_address;
  std::string to_address;
  std::string subject;
  std::string markdown;
  std::string language;                   // BCP 47 tag; may be empty
  std::string one_click_unsubscribe_url;  // RFC 8058; may be empty
  std::chrono::system_clock::time_point date;
};

// The message as it goes over SMTP (RFC 5322, MIME): plain text and HTML alternatives, base64,
// lines of at most 78 characters, CRLF. Header values cannot break out of their line.
std::string FormatEmail(const EmailMessage& email);

// The HTML part: the body's fragments in a frame that mail programs understand.
std::string EmailHtml(std::string_view language, std::string_view subject,
                      std::string_view markdown);

}  // namespace tamarack::notify
