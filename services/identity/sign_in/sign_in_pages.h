// The pages on which people sign in and register, empty or as they were sent, and where they are.
// Pure functions.
#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/context.h"
#include "services/identity/sign_in/registrations.h"

#include "tamarack/identity/v1/sign_in_service.pb.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

// With the language in front, and what the page leads back to.
std::string PageUrl(std::string_view lang, std::string_view page, std::string_view return_to);

pages::Page SignInPage(const rpc::Context& context, const std::string& lang,
                       const std::string& return_to, const std::string& email);
pages::Page RegisterPage(const rpc::Context& context, const v1::RegisterRequest& request);
pages::Page ConfirmPage(const rpc::Context& context, const Pending& pending,
                        const std::string& lang, const std::string& return_to);

}  // namespace tamarack::identity
