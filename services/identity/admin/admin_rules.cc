#include "services/identity/admin/admin_rules.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/text/email_address.h"
#include "platform/text/text.h"
#include "services/identity/passwords/password_rules.h"

namespace tamarack::identity {

NewPerson TidyPerson(const v1::CreatePersonRequest& request) {
  NewPerson person{.profile = {.email = text::TidyEmailAddress(request.email()),
                               .given_name = text::TidyLine(request.given_name()),
                               .family_name = text::TidyLine(request.family_name()),
                               .address = std::nullopt},
                   .password_hash = {},
                   .language = request.has_language() ? request.language() : "en"};
  if (!request.has_address()) return person;
  v1::Address& address = person.profile.address.emplace();
  address.set_line_1(text::TidyLine(request.address().line_1()));
  address.set_line_2(text::TidyLine(request.address().line_2()));
  address.set_city(text::TidyLine(request.address().city()));
  address.set_province(text::TidyLine(request.address().province()));
  address.set_postal_code(text::TidyLine(request.address().postal_code()));
  return person;
}

absl::Status CheckPerson(const NewPerson& person, std::string_view password) {
  const Profile& profile = person.profile;
  if (!text::IsEmailAddress(profile.email))
    return rpc::InvalidField("email", "must be an email address that mail can be sent to");
  if (profile.FullName().empty())
    return rpc::InvalidField("given_name", "required, unless there is a family_name");
  absl::Status lines = rpc::CheckLine("given_name", profile.given_name);
  lines.Update(rpc::CheckLine("family_name", profile.family_name));
  if (const auto& address = profile.address) {
    if (address->line_1().empty()) return rpc::InvalidField("address.line_1", "required");
    if (address->city().empty()) return rpc::InvalidField("address.city", "required");
    lines.Update(rpc::CheckLine("address.line_1", address->line_1()));
    lines.Update(rpc::CheckLine("address.line_2", address->line_2()));
    lines.Update(rpc::CheckLine("address.city", address->city()));
    lines.Update(rpc::CheckLine("address.province", address->province()));
    lines.Update(rpc::CheckLine("address.postal_code", address->postal_code()));
  }
  if (!lines.ok()) return lines;
  switch (CheckPassword(password, profile.email, profile.FullName())) {
    case PasswordFault::kNone:
      return absl::OkStatus();
    case PasswordFault::kLong:
      return rpc::InvalidField("password", "must be at most 256 characters");
    case PasswordFault::kShort:
    case PasswordFault::kCommon:
      break;
  }
  return rpc::InvalidField("password", "must be 15 characters or more and not easy to guess");
}

}  // namespace tamarack::identity
