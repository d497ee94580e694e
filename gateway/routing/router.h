#pragma once

#include "gateway/request/uri.h"
#include "gateway/routing/template.h"

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::gateway {

// Maps HTTP method and path to a target number. A trie, so that the answer does not depend on the
// order in which routes were added: literal before `*` before `**`, going back when a branch ends
// nowhere. Immutable once built; any thread may look up.
class Router {
 public:
  // `method` is upper case, or `*` for any. `name` says whose route it is, for the error of a
  // second equal template. `is_for_head` says whether a GET answers HEAD, too.
  absl::Status Add(std::string_view method, PathTemplate path_template, int target,
                   std::string_view name, bool is_for_head = true);

  struct Match {
    enum class Kind { kFound, kNotFound, kWrongMethod };
    Kind kind = Kind::kNotFound;
    int target = -1;
    const PathTemplate* path_template = nullptr;
    // Field path and decoded value of each variable.
    std::vector<std::pair<const PathTemplate::Variable*, std::string>> variables;
    // Every method that the path knows, for `Allow`. Filled for kWrongMethod only.
    std::vector<std::string> allowed;
  };
  // HEAD falls back to GET. `path` must have been accepted by SplitPath.
  Match Find(std::string_view method, const PathSegments& path) const;

  // Every method that the path knows, sorted, HEAD and OPTIONS included. Empty for an unknown path.
  std::vector<std::string> Allowed(const PathSegments& path) const;

  // The targets of all routes below the longest part of `path` that a route begins with, wrong
  // methods and all; empty where no part with a literal in it is known. For what is said about
  // paths that no route has.
  std::vector<int> Nearest(const PathSegments& path) const;

 private:
  struct Route {
    std::string method;
    PathTemplate path_template;
    int target;
    std::string name;
    bool is_for_head;
  };
  struct Node {
    absl::flat_hash_map<std::string, std::unique_ptr<Node>> literals;
    std::unique_ptr<Node> star;
    std::unique_ptr<Node> double_star;
    std::vector<const Route*> routes;  // Of all methods and verbs that end here.
    std::vector<int> targets;          // Of all routes that end here or below.
  };
  struct Search;
  struct Nearer;

  static void Walk(const Node& node, size_t position, Search& search);
  static void Finish(const Node& node, Search& search);
  static void Approach(const Node& node, size_t position, bool has_literal, Nearer& nearer);
  static Match Bind(const Route& route, const PathSegments& path, bool verb_stripped);

  Node root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace tamarack::gateway
