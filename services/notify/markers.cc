#include "services/notify/markers.h"

#include "platform/text/text.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::notify {
namespace {

constexpr size_t kCodeIndent = 4;
// As deep as is ever written out. Every blank line is matched with all items that are open, so
// thousands of them in one another cost the square.
constexpr size_t kMarkersMax = 50;

// Letters in any script; what values begin with (opaque.h) is none.
bool BeginsWithLetter(std::string_view text) {
  if (text.empty() || text.starts_with("\uFDD0")) return false;
  return absl::ascii_isalpha(text[0]) || !absl::ascii_isascii(text[0]);
}

size_t DigitsBefore(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
  return digits;
}

// Whether CommonMark sees a list marker.
bool BeginsItem(std::string_view text) {
  size_t digits = DigitsBefore(text);
  bool has_mark = text.find_first_of(digits > 0 ? ".)" : "*-+", digits) == digits;
  return has_mark && (text.size() == digits + 1 || absl::ascii_isspace(text[digits + 1]));
}

// Length of a marker that lacks its space, 0 if none.
size_t TightMarker(std::string_view text) {
  if (text.starts_with('*')) {
    bool is_item = text.size() > 1 && !absl::ascii_isspace(text[1]);
    return is_item && text.find('*', 1) == std::string_view::npos ? 1 : 0;
  }
  if (text.starts_with('-')) return BeginsWithLetter(text.substr(1)) ? 1 : 0;
  size_t digits = DigitsBefore(text);
  if (digits == 0 || text.substr(digits, 1) != ".") return 0;
  return BeginsWithLetter(text.substr(digits + 1)) ? digits + 1 : 0;
}

// Where the first `markers_max` markers of quotes and items end that a line begins with.
size_t BehindMarkers(std::string_view line, size_t markers_max) {
  size_t behind = 0;
  for (size_t count = 0; count < markers_max; ++count) {
    size_t begin = std::min(line.find_first_not_of(" \t", behind), line.size());
    std::string_view text = line.substr(begin);
    bool is_quote = text.starts_with('>');
    if (!is_quote && !BeginsItem(text)) break;
    behind = begin + (is_quote ? 1 : DigitsBefore(text) + 1);
  }
  return behind;
}

// The line without the markers that would nest it deeper than anybody sees.
std::string WithFewMarkers(std::string line) {
  size_t kept = BehindMarkers(line, kMarkersMax);
  return line.erase(kept, BehindMarkers(line, line.size()) - kept);
}

class MarkerReader {
 public:
  // The line as CommonMark has it.
  std::string Line(std::string_view line) {
    size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::string_view text = line.substr(indent);
    if (text.empty()) {
      may_begin_ = true;
      return std::string(line);
    }
    bool is_code = indent >= kCodeIndent && !is_in_list_;
    std::string result(line.substr(0, indent));
    bool is_item = true;
    if (indent == 0 && text.starts_with('^')) {
      result.append(">").append(text.substr(1));
      is_item = false;
    } else if (!is_code && (text.starts_with("•") || text.starts_with("‣"))) {
      result.append("* ").append(text::Trim(text.substr(3)));
    } else if (BeginsItem(text)) {
      result.append(text);
    } else if (size_t length = may_begin_ && !is_code ? TightMarker(text) : 0; length > 0) {
      result.append(text.substr(0, length)).append(" ").append(text.substr(length));
    } else {
      result.append(text);
      is_item = false;
    }
    may_begin_ = is_item;
    is_in_list_ = is_item || (is_in_list_ && indent > 0);
    return result;
  }

 private:
  bool may_begin_ = true;
  bool is_in_list_ = false;
};

}  // namespace

std::string WithCommonMarkers(std::string_view markdown) {
  std::string result;
  MarkerReader reader;
  while (true) {
    size_t end = markdown.find_first_of("\r\n");
    result += WithFewMarkers(reader.Line(markdown.substr(0, end)));
    if (end == std::string_view::npos) return result;
    result += markdown[end];
    if (markdown.substr(end, 2) == "\r\n") result += markdown[++end];
    markdown.remove_prefix(end + 1);
  }
}

}  // namespace tamarack::notify
