#include "platform/config/flags.h"

#include "platform/base/status.h"
#include "platform/config/build_info.h"

#include <absl/flags/parse.h>
#include <absl/flags/reflection.h>
#include <absl/flags/usage.h>
#include <absl/flags/usage_config.h>
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace tamarack::config {
namespace {

std::string Variable(absl::string_view flag) {
  return absl::StrCat("TAMARACK_", absl::AsciiStrToUpper(flag));
}

}  // namespace

std::vector<std::string> ParseFlags(int argc, char** argv, std::string_view usage) {
  // Where one of these is closed, the first socket would be, and be sent our log.
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) ::close(fd);
  // As a container's first process, which has no default for signals, it could not be ended while
  // it starts, or while a command runs. What serves has its own way to end (runtime::Process).
  for (int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int got) { _exit(128 + got); });
  absl::SetProgramUsageMessage(absl::StrCat(ToAbsl(usage),
                                            "\n\nEach flag is also the environment variable "
                                            "TAMARACK_<FLAG>: TAMARACK_LOG_LEVEL is --log_level. "
                                            "The command line wins."));
  absl::FlagsUsageConfig usage_config;
  usage_config.version_string = [] {
    const BuildInfo& build = ThisBuild();
    return absl::StrCat("Tamarack ", ToAbsl(build.version), ", commit ", ToAbsl(build.commit), ", ",
                        ToAbsl(build.build_type), " build\n");
  };
  // Where it was built is nobody's business.
  usage_config.normalize_filename = [](absl::string_view file) {
    size_t ours =
        std::min({file.rfind("platform/"), file.rfind("services/"), file.rfind("gateway/"),
                  file.rfind("examples/"), file.rfind("bench/"), file.size()});
    return std::string(ours == file.size() ? file : file.substr(ours));
  };
  // `--help` shows our flags, not those of the libraries.
  usage_config.contains_help_flags = [](absl::string_view file) {
    return absl::StrContains(file, "main.cc") || absl::StrContains(file, "platform/");
  };
  absl::SetFlagsUsageConfig(usage_config);
  for (auto& [name, flag] : absl::GetAllFlags()) {
    std::string variable = Variable(name);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) continue;
    std::string error;
    if (!flag->ParseFrom(value, &error)) {
      std::fprintf(stderr, "%s: %s\n", variable.c_str(), error.c_str());
      std::exit(2);
    }
  }
  std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  return {rest.begin() + 1, rest.end()};
}

std::vector<std::string> MissingFlags(std::initializer_list<std::string_view> names) {
  std::vector<std::string> missing;
  for (std::string_view name : names) {
    absl::string_view flag_name(name.data(), name.size());
    const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(flag_name);
    if (!flag->CurrentValue().empty()) continue;
    missing.push_back(absl::StrCat("--", flag_name, " (or ", Variable(flag_name),
                                   ") is missing: ", flag->Help()));
  }
  return missing;
}

void RequireFlags(std::initializer_list<std::string_view> names) {
  std::vector<std::string> missing = MissingFlags(names);
  for (const auto& line : missing) std::fprintf(stderr, "%s\n", line.c_str());
  if (!missing.empty()) std::exit(2);
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::FailedPreconditionError(absl::StrCat(path, ": cannot read the secret"));
  std::ostringstream text;
  text << file.rdbuf();
  std::string secret = text.str();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.empty())
    return absl::FailedPreconditionError(absl::StrCat(path, ": the secret is empty"));
  return secret;
}

std::string ReadSecretFileOrExit(const std::string& path) {
  auto secret = ReadSecretFile(path);
  if (secret.ok()) return *std::move(secret);
  std::fprintf(stderr, "%s\n", std::string(secret.status().message()).c_str());
  std::exit(2);
}

}  // namespace tamarack::config
