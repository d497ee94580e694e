#pragma once

#include "gateway/problem/problem_kind.h"

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// The parts that operations share: problem details, the answers that carry them, header fields.
// Only what an operation has referred to is described.
class ComponentBook {
 public:
  explicit ComponentBook(std::string public_url) : public_url_(std::move(public_url)) {}

  // A reference to the answer for a kind of problem, in the shape of RFC 9457 or, `is_oauth`, of
  // RFC 6749.
  boost::json::object Problem(ProblemKind kind, bool is_oauth);
  // A reference to the answer to a reader who has what is there already.
  boost::json::object NotModified();
  // A reference to a header field of answers, by its name on the wire.
  boost::json::object Header(std::string_view name);

  // `components.responses`, `.headers`, and the schemas that they need.
  boost::json::object Responses() const;
  boost::json::object Headers() const;
  void AddSchemas(boost::json::object& schemas) const;

 private:
  boost::json::object Example(ProblemKind kind, bool is_oauth) const;

  std::string public_url_;
  std::set<std::pair<ProblemKind, bool>> problems_;
  std::set<std::string_view> headers_;
  bool has_not_modified_ = false;
};

}  // namespace tamarack::gateway
