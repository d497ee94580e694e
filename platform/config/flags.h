#pragma once

#include <absl/status/statusor.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::config {

// Fills every Abseil flag: default, then environment `TAMARACK_<FLAG>`, then `--flag`. Exits with
// status 2 and the flag's name on a value that does not parse. `usage` is the first line of
// `--help`, which lists every flag of this program; `--version` tells ThisBuild(). From here on
// SIGTERM and SIGINT end the process with 128 + signal, until it serves. Returns the positional
// arguments without the program's name. First in main().
std::vector<std::string> ParseFlags(int argc, char** argv, std::string_view usage);

// One line for each of these flags that has no value: its name, its variable and what it is.
std::vector<std::string> MissingFlags(std::initializer_list<std::string_view> names);

// Ends the process with status 2 unless all of these flags have a value, and names those that have
// none: for main() only.
void RequireFlags(std::initializer_list<std::string_view> names);

// Contents of a secret file without the trailing newline. FAILED_PRECONDITION when it is missing or
// empty: secrets come from files, never from flags.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// As ReadSecretFile, but ends the process with status 2 and a clear message: for main() only.
std::string ReadSecretFileOrExit(const std::string& path);

// The value, or the process's end with status 2 and the status's message: for main() only.
template <class T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
  std::exit(2);
}

}  // namespace tamarack::config
