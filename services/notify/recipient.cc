#include "services/notify/recipient.h"

#include <re2/re2.h>

#include <algorithm>

namespace tamarack::notify {

bool IsEmailAddress(std::string_view text) {
  constexpr size_t kLengthMax = 320;
  constexpr size_t kLocalPartMax = 64;
  constexpr size_t kLabelMax = 63;
  // Lengths are checked apart: counted repetitions of Unicode classes exceed RE2's memory.
  static const RE2& kPattern = *new RE2(
      "[a-zA-Z0-9.!#$%&'*+/"
      "=?^_`{|}~\\-]+@(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+[\\p{L}\\p{N}-]{2,"
      "}");
  if (text.size() > kLengthMax || text.find('@') > kLocalPartMax) return false;
  if (text.starts_with('.') || text.find("..") != std::string_view::npos ||
      text.find(".@") != std::string_view::npos) {
    return false;
  }
  size_t label_begin = text.find('@') + 1;
  while (label_begin <= text.size()) {
    size_t label_end = std::min(text.find('.', label_begin), text.size());
    if (label_end - label_begin > kLabelMax) return false;
    label_begin = label_end + 1;
  }
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kPattern);
}

Simulation SimulationOf(std::string_view email_address) {
  if (!email_address.ends_with("@simulator.notify")) return Simulation::kNone;
  if (email_address.starts_with("temp-fail@")) return Simulation::kTemporaryFailure;
  if (email_address.starts_with("perm-fail@")) return Simulation::kPermanentFailure;
  return Simulation::kDelivered;
}

}  // namespace tamarack::notify
