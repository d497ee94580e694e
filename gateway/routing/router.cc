#include "gateway/routing/router.h"

#include "platform/base/status.h"
#include "platform/base/url.h"

#include <algorithm>
#include <set>

namespace tamarack::gateway {

using Kind = PathTemplate::Segment::Kind;

// One pass over the trie: either the first route for `method`, or every method there is.
struct Router::Search {
  const std::vector<std::string>&
      segments;  // Decoded, the verb cut off the last one if `verb` is set.
  std::string_view verb;
  std::string_view method;  // Empty: collect `methods`.
  const Route* found = nullptr;
  std::set<std::string> methods = {};
};

// The node farthest down a path so far.
struct Router::Nearer {
  const std::vector<std::string>& segments;
  const Node* node = nullptr;
  size_t depth = 0;
};

absl::Status Router::Add(std::string_view method, PathTemplate path_template, int target,
                         std::string_view name, bool is_for_head) {
  Node* node = &root_;
  for (const auto& segment : path_template.segments) {
    auto& next = segment.kind == Kind::kLiteral ? node->literals[segment.literal]
                 : segment.kind == Kind::kStar  ? node->star
                                                : node->double_star;
    if (!next) next = std::make_unique<Node>();
    node = next.get();
    node->targets.push_back(target);
  }
  for (const Route* other : node->routes) {
    if (other->method == method && other->path_template.verb == path_template.verb) {
      return absl::AlreadyExistsError(absl::StrCat(ToAbsl(method), " ", path_template.Pattern(),
                                                   " is claimed by both ", other->name, " and ",
                                                   ToAbsl(name)));
    }
  }
  routes_.push_back(
      std::make_unique<Route>(Route{std::string(method), std::move(path_template), target,
                                    std::string(name), method == "GET" && is_for_head}));
  node->routes.push_back(routes_.back().get());
  return absl::OkStatus();
}

void Router::Finish(const Node& node, Search& search) {
  const Route* any = nullptr;
  const Route* get = nullptr;
  for (const Route* route : node.routes) {
    if (route->path_template.verb != search.verb) continue;
    search.methods.insert(route->method);
    if (route->is_for_head) search.methods.insert("HEAD");
    if (route->method == search.method) search.found = route;
    if (route->method == "*") any = route;
    if (route->is_for_head && search.method == "HEAD") get = route;
  }
  if (!search.found) search.found = get;
  if (!search.found && !search.method.empty()) search.found = any;
}

void Router::Walk(const Node& node, size_t position, Search& search) {
  if (position == search.segments.size()) Finish(node, search);
  if (search.found) return;
  if (position < search.segments.size()) {
    if (auto next = node.literals.find(search.segments[position]); next != node.literals.end()) {
      Walk(*next->second, position + 1, search);
      if (search.found) return;
    }
    if (node.star) {
      Walk(*node.star, position + 1, search);
      if (search.found) return;
    }
  }
  if (!node.double_star) return;
  // Only literals follow `**`: taking the fewest segments first prefers the longest literal tail.
  for (size_t next = position; next <= search.segments.size() && !search.found; ++next) {
    Walk(*node.double_star, next, search);
  }
}

namespace {

// The path as a verb route sees it: `:cancel` cut off the last raw segment. Empty when there is
// none or nothing is left. Split raw, so that %3A never starts a verb.
std::string_view CutVerb(const PathSegments& path, std::vector<std::string>* segments) {
  if (path.raw.empty()) return {};
  std::string_view last = path.raw.back();
  size_t colon = last.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == last.size()) return {};
  auto stem = PercentDecode(last.substr(0, colon), false);
  *segments = path.decoded;
  segments->pop_back();
  if (!stem->empty()) segments->push_back(*std::move(stem));
  return last.substr(colon + 1);
}

}  // namespace

Router::Match Router::Bind(const Route& route, const PathSegments& path, bool verb_stripped) {
  Match match;
  match.kind = Match::Kind::kFound;
  match.target = route.target;
  match.path_template = &route.path_template;
  const auto& segments = route.path_template.segments;
  size_t path_size = path.raw.size();
  if (verb_stripped && path.raw.back().front() == ':') --path_size;
  // Segments of the path beyond those of the template all belong to its `**`.
  size_t extra = path_size - std::count_if(segments.begin(), segments.end(), [](const auto& s) {
                   return s.kind != Kind::kDoubleStar;
                 });
  size_t double_star = std::find_if(segments.begin(), segments.end(),
                                    [](const auto& s) { return s.kind == Kind::kDoubleStar; }) -
                       segments.begin();
  auto position = [&](size_t index) { return index <= double_star ? index : index - 1 + extra; };
  for (const auto& variable : route.path_template.variables) {
    std::string value;
    size_t first = position(variable.first), last = position(variable.first + variable.count);
    for (size_t i = first; i < last; ++i) {
      if (i > first) value += '/';
      std::string_view raw = path.raw[i];
      if (verb_stripped && i + 1 == path.raw.size()) raw = raw.substr(0, raw.rfind(':'));
      std::string piece = *PercentDecode(raw, false);
      for (size_t at = 0; variable.is_multi && (at = piece.find('/', at)) != std::string::npos;
           at += 3) {
        piece.replace(at, 1, "%2F");
      }
      value += piece;
    }
    match.variables.emplace_back(&variable, std::move(value));
  }
  return match;
}

Router::Match Router::Find(std::string_view method, const PathSegments& path) const {
  if (!path.has_empty) {
    std::vector<std::string> stripped;
    std::string_view verb = CutVerb(path, &stripped);
    if (!verb.empty()) {
      Search search{stripped, verb, method};
      Walk(root_, 0, search);
      if (search.found) return Bind(*search.found, path, true);
    }
    Search search{path.decoded, "", method};
    Walk(root_, 0, search);
    if (search.found) return Bind(*search.found, path, false);
  }
  Match match;
  match.allowed = Allowed(path);
  match.kind = match.allowed.empty() ? Match::Kind::kNotFound : Match::Kind::kWrongMethod;
  return match;
}

std::vector<std::string> Router::Allowed(const PathSegments& path) const {
  if (path.has_empty) return {};
  std::vector<std::string> stripped;
  std::string_view verb = CutVerb(path, &stripped);
  Search with_verb{stripped, verb, ""}, plain{path.decoded, "", ""};
  if (!verb.empty()) Walk(root_, 0, with_verb);
  Walk(root_, 0, plain);
  std::set<std::string> methods = std::move(plain.methods);
  methods.merge(with_verb.methods);
  if (methods.empty()) return {};
  if (methods.erase("*") > 0) methods.insert({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"});
  methods.insert("OPTIONS");
  return {methods.begin(), methods.end()};
}

// No deeper than the templates are.
void Router::Approach(const Node& node, size_t position, bool has_literal, Nearer& nearer) {
  if (has_literal && position > nearer.depth) {
    nearer.node = &node;
    nearer.depth = position;
  }
  if (position < nearer.segments.size()) {
    if (auto next = node.literals.find(nearer.segments[position]); next != node.literals.end())
      Approach(*next->second, position + 1, true, nearer);
    if (node.star) Approach(*node.star, position + 1, has_literal, nearer);
    if (node.double_star) Approach(*node.double_star, nearer.segments.size(), has_literal, nearer);
  }
}

std::vector<int> Router::Nearest(const PathSegments& path) const {
  Nearer nearer{path.decoded};
  Approach(root_, 0, false, nearer);
  std::vector<std::string> stripped;
  if (!CutVerb(path, &stripped).empty()) {
    Nearer without_verb{stripped};
    Approach(root_, 0, false, without_verb);
    if (without_verb.depth > nearer.depth) nearer.node = without_verb.node;
  }
  return nearer.node ? nearer.node->targets : std::vector<int>();
}

}  // namespace tamarack::gateway
