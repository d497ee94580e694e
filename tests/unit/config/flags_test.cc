#include "platform/config/flags.h"

#include <absl/flags/flag.h>
#include <catch2/catch.hpp>

ABSL_FLAG(std::string, test_relay_url, "", "the relay of this test");
ABSL_FLAG(std::string, test_key_file, "", "file with the key");
ABSL_FLAG(std::string, test_issuer, "http://localhost", "has a default");
ABSL_FLAG(int, test_count, 0, "a number always has a value");

TEST_CASE("A flag without a value is named with its variable and what it is", "[config]") {
  using Lines = std::vector<std::string>;
  auto missing = [] {
    return tamarack::config::MissingFlags(
        {"test_relay_url", "test_key_file", "test_issuer", "test_count"});
  };
  CHECK(missing() ==
        Lines{"--test_relay_url (or TAMARACK_TEST_RELAY_URL) is missing: the relay of this test",
              "--test_key_file (or TAMARACK_TEST_KEY_FILE) is missing: file with the key"});
  absl::SetFlag(&FLAGS_test_relay_url, "smtp://127.0.0.1:25");
  CHECK(missing() ==
        Lines{"--test_key_file (or TAMARACK_TEST_KEY_FILE) is missing: file with the key"});
  absl::SetFlag(&FLAGS_test_key_file, "/run/key");
  CHECK(missing().empty());
}
