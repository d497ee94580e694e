#include "services/identity/sign_in/confirmation_code.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_replace.h>

#include <set>

namespace tamarack::identity {
namespace {

// The different numbers of eight digits in `text`; `separators` do not end a number.
std::set<std::string> Codes(std::string_view text, std::string_view separators) {
  std::set<std::string> codes;
  std::string number;
  auto end_number = [&] {
    if (number.size() == kCodeDigits) codes.insert(number);
    number.clear();
  };
  for (char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      number += c;
    } else if (separators.find(c) == std::string_view::npos) {
      end_number();
    }
  }
  end_number();
  return codes;
}

}  // namespace

std::optional<std::string> FindCode(std::string_view typed) {
  // Hyphens and dashes that keyboards and word processors make of one.
  std::string text =
      absl::StrReplaceAll(text::AsciiDigits(text::FoldSpaces(typed)), {{"\u2010", "-"},
                                                                       {"\u2011", "-"},
                                                                       {"\u2012", "-"},
                                                                       {"\u2013", "-"},
                                                                       {"\u2014", "-"},
                                                                       {"\u2212", "-"}});
  std::set<std::string> codes = Codes(text, "");
  if (codes.empty()) codes = Codes(text, " -");
  return codes.size() == 1 ? std::optional(*codes.begin()) : std::nullopt;
}

}  // namespace tamarack::identity
