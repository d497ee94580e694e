#include "platform/text/canada.h"
#include "services/tellusonce/address.h"
#include "services/tellusonce/return_address.h"

#include <catch2/catch.hpp>

#include <random>

// Seeded random input: ASCII of all kinds and what attackers would put in. The sanitizer builds
// make it count.
namespace tamarack::tellusonce {
namespace {

constexpr int kRounds = 20000;

std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> kPieces{
      "https://", "http:",  "/",       "\\", "@",      ":",      "evil", "licences.example",
      "%2f",      "%00",    "?",       "#",  "[::1]",  ".",      "\t",   "\n",
      "K1A 0A6",  "k1a0a6", "12 Main", "ON", "\u202e", "\u00a0", "é",    std::string(1, '\0')};
  std::string text;
  for (auto pieces = random() % 12; pieces > 0; --pieces) {
    text += random() % 3 == 0 ? std::string(1, static_cast<char>(random() & 0x7f))
                              : kPieces[random() % kPieces.size()];
  }
  return text;
}

bool HasControl(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

TEST_CASE(
    "Random addresses: what passes holds no control characters, and normalising twice changes "
    "nothing",
    "[tellusonce]") {
  std::mt19937 random(1);
  int passed = 0;
  for (int i = 0; i < kRounds; ++i) {
    v1::Address typed;
    typed.set_line_1(RandomText(random));
    typed.set_line_2(RandomText(random));
    typed.set_city(RandomText(random));
    typed.set_province(random() % 2 ? "ON" : RandomText(random));
    typed.set_postal_code(random() % 2 ? "k1a0a6" : RandomText(random));
    auto address = Normalize(typed);
    bool is_stable = Normalize(address).SerializeAsString() == address.SerializeAsString();
    if (!is_stable) FAIL("normalising changes " << address.ShortDebugString());
    if (!CheckAddress(address).empty()) continue;
    ++passed;
    std::string line = OneLine(address);
    if (HasControl(line) || address.line_1().empty() ||
        text::CanadianPostalCode(address.postal_code()) != address.postal_code()) {
      FAIL("passed: " << address.ShortDebugString());
    }
  }
  CHECK(passed > 0);
}

TEST_CASE("Random return addresses: what passes is a path of this site or of the one origin",
          "[tellusonce]") {
  std::mt19937 random(2);
  v1::Subscription subscription;
  subscription.add_return_origins("https://licences.example");
  int passed = 0;
  for (int i = 0; i < kRounds; ++i) {
    std::string typed = RandomText(random);
    if (random() % 4 == 0) typed = "https://licences.example" + typed;
    std::string safe = SafeReturnTo(typed, "en", {subscription});
    if (safe.empty()) continue;
    ++passed;
    bool is_path = safe[0] == '/' && (safe.size() == 1 || (safe[1] != '/' && safe[1] != '\\'));
    std::string_view rest = std::string_view(safe).substr(std::min<size_t>(24, safe.size()));
    if (rest.starts_with(':')) rest.remove_prefix(1);  // an empty port is the scheme's own
    bool ends_there =
        rest.empty() || std::string_view("/?#").find(rest[0]) != std::string_view::npos;
    bool is_ours = safe.starts_with("https://licences.example") && ends_there;
    if ((!is_path && !is_ours) || HasControl(safe) || safe.find('\\') != std::string::npos)
      FAIL("passed: " << safe);
  }
  CHECK(passed > 0);
}

}  // namespace
}  // namespace tamarack::tellusonce
