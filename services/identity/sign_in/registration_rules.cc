#include "services/identity/sign_in/registration_rules.h"

#include "platform/text/email_address.h"
#include "platform/text/text.h"
#include "services/identity/passwords/password_rules.h"

namespace tamarack::identity {
namespace {

using pages::Page;

void CheckName(const std::string& name, std::string_view field, Page& page) {
  constexpr size_t kNameLengthMax = 100;
  if (text::HasControlCharacter(name)) {
    page.Error(field, "ERROR_CHARACTERS");
  } else if (text::CountCharacters(name) > kNameLengthMax) {
    page.Error(field, "ERROR_TOO_LONG", {{"MAX", std::to_string(kNameLengthMax)}});
  }
}

}  // namespace

void CheckRegistration(const Profile& profile, const std::string& password, Page& page) {
  if (profile.FullName().empty()) page.Error("given_name", "ERROR_NAME_MISSING");
  CheckName(profile.given_name, "given_name", page);
  CheckName(profile.family_name, "family_name", page);
  if (profile.email.empty()) {
    page.Error("email", "ERROR_EMAIL_MISSING");
  } else if (!text::IsEmailAddress(profile.email)) {
    page.Error("email", "ERROR_EMAIL_FORMAT");
  }
  switch (CheckPassword(password, profile.email, profile.FullName())) {
    case PasswordFault::kNone:
      break;
    case PasswordFault::kShort:
      page.Error("password", "ERROR_PASSWORD_SHORT");
      break;
    case PasswordFault::kLong:
      page.Error("password", "ERROR_PASSWORD_LONG");
      break;
    case PasswordFault::kCommon:
      page.Error("password", "ERROR_PASSWORD_COMMON");
      break;
  }
}

}  // namespace tamarack::identity
