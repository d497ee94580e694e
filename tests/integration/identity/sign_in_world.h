#pragma once

#include "tests/integration/identity/browser.h"

#include <string>

namespace tamarack::identity {

inline constexpr char kEmail[] = "zoe@example.test";

// Somebody who registers and signs in; the code is read from the queued email.
struct SignInWorld : World {
  using World::World;
  Browser browser{*this};

  PageAnswer Register(const std::string& email, const std::string& password = "a walk in the woods",
                      const std::string& given_name = " Zoé ",
                      const std::string& family_name = "Exemple") {
    v1::RegisterRequest request;
    request.set_lang("fr");
    request.set_email(email);
    request.set_password(password);
    request.set_given_name(given_name);
    request.set_family_name(family_name);
    request.set_return_to("/fr/somewhere?x=1");
    return browser.Open("SignInService/Register", request);
  }
  PageAnswer Confirm(const std::string& code) {
    v1::ConfirmEmailRequest request;
    request.set_lang("fr");
    request.set_code(code);
    request.set_return_to("/fr/somewhere?x=1");
    return browser.Open("SignInService/ConfirmEmail", request);
  }
  PageAnswer Resend() {
    v1::ResendCodeRequest request;
    request.set_lang("fr");
    return browser.Open("SignInService/ResendCode", request);
  }
  std::string LastCode() { return Text(LastEmail(), "code"); }
};

}  // namespace tamarack::identity
