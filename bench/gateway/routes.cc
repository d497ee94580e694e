// Time to look up one route among 10 to 10,000: a trie should not care.
#include "gateway/request/uri.h"
#include "gateway/routing/router.h"
#include "gateway/routing/template.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace tamarack::gateway;  // NOLINT: a program of one page

constexpr size_t kLookups = 200'000;
constexpr size_t kPaths = 10;

// A route of the table and a path that leads to it: resources of ten ministries with four methods
// each, as a platform has.
std::string Path(int route, bool is_template) {
  constexpr const char* kTemplates[] = {"", "/{name}", "/{name}/items",
                                        "/{name}/items/{item}:cancel"};
  constexpr const char* kEnds[] = {"", "/17", "/17/items", "/17/items/3:cancel"};
  int shape = route / 10 % 4;
  return "/ministry" + std::to_string(route % 10) + "/v1/resource" + std::to_string(route / 40) +
         (is_template ? kTemplates[shape] : kEnds[shape]);
}

// Looks up as many different paths whatever the table's size, spread over all of it: the cost of
// the table is meant, not that of cold caches.
double NanosecondsEach(int routes) {
  Router router;
  for (int i = 0; i < routes; ++i) {
    auto path = ParseTemplate(Path(i, true));
    if (!path.ok() || !router.Add("GET", *path, i, "").ok()) std::abort();
  }
  std::array<std::string, kPaths> texts;  // The segments refer to them.
  std::array<PathSegments, kPaths> paths;
  auto route = [&](size_t i) { return static_cast<int>(i) * routes / static_cast<int>(kPaths); };
  for (size_t i = 0; i < kPaths; ++i) {
    texts[i] = Path(route(i), false);
    if (SplitPath(texts[i], &paths[i])) std::abort();
  }
  auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < kLookups; ++i) {
    size_t one = i % kPaths;
    if (router.Find("GET", paths[one]).target != route(one)) std::abort();
  }
  auto took = std::chrono::steady_clock::now() - begin;
  return std::chrono::duration<double, std::nano>(took).count() / static_cast<double>(kLookups);
}

}  // namespace

int main() {
  for (int routes : {10, 100, 1000, 10'000})
    std::printf("%d %.0f\n", routes, NanosecondsEach(routes));
}
