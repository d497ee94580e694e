#pragma once

#include "platform/pages/pages.h"
#include "services/identity/people/person_repository.h"

#include <string>

namespace tamarack::identity {

// What has to hold of a registration: at each field of the page "register" where it does not, an
// error is put.
void CheckRegistration(const Profile& profile, const std::string& password, pages::Page& page);

}  // namespace tamarack::identity
