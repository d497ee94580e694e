#pragma once

#include <string>
#include <string_view>

namespace tamarack::payments::sandbox {

// How the sandbox behaves to a card number: GOV.UK Pay's test cards, and three of ours for what
// networks do.
struct Verdict {
  enum class Outcome { kAuthorise, kDecline, kFail };
  enum class Manner { kPrompt, kSlow, kLostAnswer, kServerError };
  Outcome outcome = Outcome::kAuthorise;
  std::string reason;
  Manner manner = Manner::kPrompt;
};

// Numbers that are not in the list fail, as at GOV.UK Pay: nobody shall type a real one.
Verdict VerdictOn(std::string_view number);

}  // namespace tamarack::payments::sandbox
