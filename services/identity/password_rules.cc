#include "services/identity/password_rules.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <set>

namespace tamarack::identity {
namespace {

// Long ones only: the shorter usual suspects fail by length. Repetitions and runs are found by
// rule.
constexpr std::string_view kCommon[] = {
    "passwordpassword",
    "password12345678",
    "motdepasse123456",
    "motdepassemotdepasse",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "azertyuiopqsdfgh",
    "azertyuiopqsdfghjklm",
    "1qaz2wsx3edc4rfv",
    "administrator123",
    "iloveyouiloveyou",
    "letmeinletmeinletmein",
    "welcomewelcome123",
    "canadacanadacanada",
    "ontarioontario123",
    "correcthorsebatterystaple",
    "correct horse battery staple",
};
constexpr size_t kDifferentCharactersMin = 5;

bool IsRun(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    bool is_digit_wrap = text[i - 1] == '9' && text[i] == '0';
    if (text[i] != text[i - 1] + 1 && !is_digit_wrap) return false;
  }
  return true;
}

// Whether the text is `part` over and over, for example the address as the password.
bool IsMadeOf(std::string_view text, std::string_view part) {
  if (part.size() < 4) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != part[i % part.size()]) return false;
  }
  return true;
}

}  // namespace

PasswordFault CheckPassword(std::string_view typed, std::string_view email, std::string_view name) {
  const std::string password = text::OpaqueString(typed);
  const size_t length = text::CountCharacters(password);
  if (length < kPasswordLengthMin) return PasswordFault::kShort;
  if (length > kPasswordLengthMax) return PasswordFault::kLong;
  std::string lower = absl::AsciiStrToLower(password);
  std::set<char> different(lower.begin(), lower.end());
  bool is_common = different.size() < kDifferentCharactersMin || IsRun(lower) ||
                   std::find(std::begin(kCommon), std::end(kCommon), lower) != std::end(kCommon);
  std::string lower_email = absl::AsciiStrToLower(ToAbsl(email));
  bool is_personal = IsMadeOf(lower, lower_email) ||
                     IsMadeOf(lower, lower_email.substr(0, lower_email.find('@'))) ||
                     IsMadeOf(lower, absl::AsciiStrToLower(ToAbsl(name)));
  return is_common || is_personal ? PasswordFault::kCommon : PasswordFault::kNone;
}

}  // namespace tamarack::identity
