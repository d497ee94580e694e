// What the people whom an administrator creates may be. Pure functions.
#pragma once

#include "services/identity/people/person_repository.h"

#include "tamarack/identity/v1/admin_service.pb.h"

#include <absl/status/status.h>

#include <string_view>

namespace tamarack::identity {

// The person as they are stored, but for the password.
NewPerson TidyPerson(const v1::CreatePersonRequest& request);
// INVALID_ARGUMENT that names the field. The lengths are the field rules' matter.
absl::Status CheckPerson(const NewPerson& person, std::string_view password);

}  // namespace tamarack::identity
