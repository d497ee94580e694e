// Which headers other sites' scripts may send.
#include "gateway/response/cors.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace tamarack::gateway {
namespace {

namespace fs = std::filesystem;

// Every request header that the gateway's sources read, by name or by a constant of their own or of
// a header file.
std::set<std::string> HeadersRead() {
  const std::regex constant(R"re(constexpr char (k\w+)\[\] = "([A-Za-z-]+)")re");
  const std::regex read(
      R"re((?:request|received)\.headers\s*\.(?:Get|GetAll|Has|Join)\(\s*(?:"([A-Za-z-]+)"|(k\w+))\))re");
  std::map<std::string, std::string> shared;
  std::map<fs::path, std::string> texts;
  for (const auto& entry : fs::recursive_directory_iterator(TAMARACK_SOURCE_DIR "/gateway")) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    std::ifstream file(entry.path());
    std::string& text = texts[entry.path()] = {std::istreambuf_iterator<char>(file), {}};
    if (entry.path().extension() != ".h") continue;
    for (std::sregex_iterator it(text.begin(), text.end(), constant), end; it != end; ++it)
      shared[(*it)[1]] = (*it)[2];
  }
  std::set<std::string> names;
  for (const auto& [path, text] : texts) {
    auto constants = shared;
    for (std::sregex_iterator it(text.begin(), text.end(), constant), end; it != end; ++it)
      constants[(*it)[1]] = (*it)[2];
    for (std::sregex_iterator it(text.begin(), text.end(), read), end; it != end; ++it) {
      INFO(path << " reads " << (*it)[0]);
      std::string name = (*it)[1].matched ? (*it)[1].str() : constants[(*it)[2]];
      CHECK_FALSE(name.empty());
      names.insert(absl::AsciiStrToLower(name));
    }
  }
  return names;
}

TEST_CASE("other sites' scripts may send every header that is read, and no other", "[gateway]") {
  // Not for scripts to set, allowed always (the Fetch standard), of proxies or of our own pages'
  // scripts; a body's coding is only refused.
  const std::set<std::string> others = {"accept",
                                        "accept-encoding",
                                        "access-control-request-method",
                                        "content-encoding",
                                        "cookie",
                                        "forwarded",
                                        "host",
                                        "origin",
                                        "referer",
                                        "sec-fetch-site",
                                        "x-csrf-token",
                                        "x-forwarded-for",
                                        "x-forwarded-proto"};
  Route route;
  route.allowed_origins = {"*"};
  route.policy.add_pass_headers("X-Own");
  http::Request request;
  request.method = "OPTIONS";
  request.headers.Add("Origin", "https://app.example");
  std::string list = AnswerPreflight(request, &route, "GET").Join("access-control-allow-headers");
  std::set<std::string> allowed;
  for (absl::string_view name : absl::StrSplit(list, ", "))
    allowed.insert(absl::AsciiStrToLower(name));
  CHECK(allowed.erase("x-own") == 1);
  std::set<std::string> read = HeadersRead();
  REQUIRE(read.contains("request-timeout"));
  for (const std::string& name : others) read.erase(name);
  CHECK(allowed == read);
}

}  // namespace
}  // namespace tamarack::gateway
